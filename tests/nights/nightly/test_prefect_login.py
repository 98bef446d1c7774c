"""The login of a night's Prefect server: who has none changes nothing, reads nothing and cannot learn it."""

import base64
import json
import os
import re
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import stranger
from support.prefect import asked, command_lines
from support.stranger import only_as_root

from flows import prefect_api
from pipelines.folders import folders


@contextmanager
def started_by_the_run():
    """A process that the run starts, as it starts spiders: its server is a thread of its own process."""
    process = subprocess.Popen(["sleep", "60"])
    try:
        while not Path(f"/proc/{process.pid}/cmdline").read_bytes():
            time.sleep(0.01)  # the kernel writes it a moment after the program has begun
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.long
def test_nobody_without_the_login_changes_anything_in_prefect(house):
    from prefect import flow
    from prefect.client.orchestration import get_client

    @flow(name="wren")
    def sing() -> str:
        return "tik"

    user, _, password = os.environ["PREFECT_API_AUTH_STRING"].partition(":")
    login, other = (
        f"Basic {base64.b64encode(f'{user}:{tried}'.encode()).decode()}" for tried in (password, password[:-1])
    )
    assert asked("/flows/", {"name": "cuckoo"}) == (401, None)
    assert asked("/flows/", {"name": "cuckoo"}, authorization=other) == (401, None)
    assert asked("/flows/filter", {}) == (401, None)
    assert asked("/flows/filter", {}, authorization=login) == (200, None)
    with started_by_the_run():
        assert "sleep\x00" in command_lines()
        assert password not in command_lines()
    assert sing() == "tik"
    with get_client(sync_client=True) as client:
        assert {"wren"} <= {known.name for known in client.read_flows()} <= {"wren", "nightly", "nothing"}
    assert not (folders().data / "prefect" / "storage").exists()


@only_as_root
@pytest.mark.long
def test_another_user_of_the_machine_gets_401_and_no_effect(house):
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter

    with get_client(sync_client=True) as client:
        wren = client.create_flow_from_name("wren's")
        deployment = client.create_deployment(wren, "song", entrypoint="os:abort")
        for path, body in {
            f"/deployments/{deployment}/create_flow_run": {}, "/flow_runs/filter": {}, "/flows/": {"name": "cuckoo"},
            "/deployments/": {"name": "cuckoo", "flow_id": str(wren)}, "/variables/": {"name": "cuckoo", "value": "1"},
            "/admin/database/clear": {"confirm": True},
        }.items():  # fmt: skip
            for guessed in ((), ("Authorization: Basic c3RhY2tyYW5rOg==",), ("Origin: http://127.0.0.1:8000",)):
                assert stranger.post(os.environ["PREFECT_API_URL"] + path, json.dumps(body), *guessed) == "401", path
        assert [one.id for one in client.read_deployments()] == [deployment]
        assert client.read_flow_runs(flow_filter=FlowFilter(id={"any_": [wren]})) == []
        assert client.read_variable_by_name("cuckoo") is None


@only_as_root
@pytest.mark.long
def test_another_user_of_the_machine_cannot_read_the_login(house):
    login = os.environ["PREFECT_API_AUTH_STRING"].encode()
    with started_by_the_run() as spider:
        assert "sleep" in stranger.run("cat", f"/proc/{spider.pid}/cmdline")
        for number in (os.getpid(), spider.pid):
            assert stranger.run("cat", f"/proc/{number}/environ") == ""
        assert login in Path(f"/proc/{spider.pid}/environ").read_bytes()


@pytest.mark.long
def test_a_login_that_is_refused_is_told(house):
    from prefect.settings import PREFECT_API_AUTH_STRING, temporary_settings

    told = f"the Prefect server at {os.environ['PREFECT_API_URL']} refuses the login; set PREFECT_API_AUTH_STRING"
    with (
        temporary_settings({PREFECT_API_AUTH_STRING: "birds:of another feather"}),
        pytest.raises(prefect_api.NotStartedError, match=f"^{re.escape(told)}$"),
    ):
        prefect_api.log_in()
