"""A git process that is stopped in the middle of a long answer ends, and the spider goes on."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE

import pytest

from spiders.code import git_output
from spiders.code.git_output import read_output, stop


async def start(script):
    return await asyncio.create_subprocess_exec(
        "sh", "-c", script, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, process_group=0
    )


@pytest.mark.parametrize("stream", ["1", "2"])
def test_an_answer_that_nobody_reads_does_not_keep_the_spider(stream):
    async def run():
        process = await start(f"head -c 3000000 /dev/zero >&{stream}; sleep 100")
        await asyncio.sleep(0.2)
        reading = asyncio.ensure_future(asyncio.sleep(100))
        await asyncio.wait_for(stop(process, reading), 5)
        return process.returncode

    assert asyncio.run(run()) == -9


def test_who_complains_without_end_is_stopped_and_leaves_no_reader():
    async def run():
        process = await start("yes complaint >&2")
        reading = asyncio.ensure_future(read_output(process))
        await asyncio.wait({reading}, timeout=5)
        await asyncio.wait_for(stop(process, reading), 5)
        return reading.exception()

    assert "says more than 1,048,576 bytes" in str(asyncio.run(run()))


def test_a_process_of_its_own_group_that_holds_the_pipes_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(git_output, "END_SECONDS", 0.2)

    async def run():
        process = await start("setsid sleep 1 & exit 0")
        reading = asyncio.ensure_future(read_output(process))
        await asyncio.sleep(0.2)
        await asyncio.wait_for(stop(process, reading), 0.6)
        assert process.stdout.at_eof(), "our end of the pipe is closed"

    asyncio.run(run())
