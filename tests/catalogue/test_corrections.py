"""Known errors of sources: the file says which events are wrong, and each mistake in it is named."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.catalogue.corrections import load
from pipelines.catalogue.toml_files import WrongFileError
from pipelines.folders import DECLARED

SOURCES = ("birds/core", "birds/dev")
BLOCK = """
[[corrections]]
name = "test-mail"
source = "birds/dev"
first = 2013-05-02
last = 2013-05-03
events = 212
what = "Test mails were filed as mail of people."
why = "The list says so."
since = 2026-11-28
"""


def read(tmp_path: Path, text: str):
    (tmp_path / "corrections.toml").write_text(text)
    return load(tmp_path / "corrections.toml", SOURCES)


def test_a_block_is_read(tmp_path: Path) -> None:
    (one,) = read(tmp_path, BLOCK)
    assert (one.name, one.community, one.source, one.unit) == ("test-mail", "birds", "dev", None)
    assert (one.first, one.last, one.events) == (date(2013, 5, 2), date(2013, 5, 3), 212)
    assert load(tmp_path / "nowhere.toml", SOURCES) == []


def test_the_file_that_ships_has_no_known_error_and_its_example_is_right(tmp_path: Path) -> None:
    shipped = DECLARED / "corrections.toml"
    assert load(shipped, SOURCES) == []
    lines = shipped.read_text().splitlines()
    example = "\n".join(line.removeprefix("#").strip() for line in lines if "=" in line or "[[" in line)
    assert read(tmp_path, example.replace("cloudstack/dev", "birds/dev"))[0].events == 212


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("birds/dev", "birds/dve", "corrections[0].source: no such source: 'birds/dve'; did you mean 'birds/dev'?"),
        ("birds/dev", "birds", "corrections[0].source: not community/source: 'birds'"),
        ("last = 2013-05-03", "last = 2013-05-01", "corrections[0]: last, 2013-05-01, is before first, 2013-05-02"),
        ("events = 212", "events = 0", "corrections[0]: events must be 1 or more"),
        ("events = 212", 'events = "many"', "corrections[0].events: not a whole number: 'many'"),
        ("why = ", "wy = ", "corrections[0].wy: unknown key; did you mean 'why'?"),
        (BLOCK, BLOCK + BLOCK, "corrections: 'test-mail' is the name of [0] and of [1]"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(WrongFileError) as refused:
        read(tmp_path, BLOCK.replace(old, new))
    assert f"corrections.toml: {says}" in str(refused.value).splitlines()
