"""Each file that people write is refused with a sentence that names file and key, never with a traceback."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import main
from pipelines.catalogue import measures
from pipelines.catalogue.platform_facts import FORMATS_FILE, FormatsFile
from pipelines.catalogue.toml_files import WrongFileError, read_toml
from pipelines.folders import CATALOGUE
from pipelines.rules import bots_commits, bots_mail, organisations


def read_formats(path: Path) -> object:
    return read_toml(path, FormatsFile)


MEASURES = (measures.load, measures.MEASURES_FILE)
FORMATS = (read_formats, FORMATS_FILE)
MAIL = (bots_mail.load, bots_mail.RULES_FILE)
COMMITS = (bots_commits.rows, bots_commits.RULES_FILE)
FREE_MAIL = (organisations.free_mail, organisations.FREE_MAIL)
WRONG = [
    (MEASURES, 'kind = "registered"', 'kind = "regstered"', "measure[0].kind: unknown kind 'regstered'; did you mean"),
    (MEASURES, "comparable = false", 'comparable = "no"', "measure[0].comparable: neither true nor false: 'no'"),
    (MEASURES, "day = 2025-07-01", 'day = "soon"', "measure[0].breaks[0].day: not a date: 'soon'"),
    (MEASURES, 'name = "member_companies"', 'name = "individual_members"',
     "measure: 'individual_members' is the name of [0] and of [1]"),
    (FORMATS, "meaning =", "meening =", "format[0].meening: unknown key; did you mean 'meaning'?"),
    (FORMATS, "meaning =", "meening =", "format[0].meaning: missing"),
    (FORMATS, "[[format]]", "[[formats]]", "formats: unknown key; did you mean 'format'?"),
    (MAIL, "class =", "clas =", "rule[0].clas: unknown key; did you mean 'class'?"),
    (MAIL, "class =", "kind =", "rule[0].kind: unknown key"),
    (MAIL, "reviewed = 2026-11-24", "", "rule[0].reviewed: missing"),
    (MAIL, '["jira@apache.org"]', '"jira@apache.org"', "rule[0].addresses: not a list with something in it"),
    (COMMITS, 'name_suffix = "[bot]"', "", "rule[0]: rule 'app-account' must have one of name, address, name_suffix"),
    (COMMITS, "[[rule]]", "[rule", "not TOML: "),
    (FREE_MAIL, '"126.com"', "126", "domains[0]: not a text of one line: 126"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "says"), WRONG)
def test_a_mistake_in_a_file_of_rules_is_told_by_file_and_key(
    tmp_path: Path, file: tuple[Callable[[Path], object], Path], old: str, new: str, says: str
) -> None:
    read, shipped = file
    text = shipped.read_text()
    assert old in text
    wrong = tmp_path / shipped.name
    wrong.write_text(re.sub(re.escape(old), new, text, count=1))
    with pytest.raises(WrongFileError) as refused:
        read(wrong)
    assert [line for line in str(refused.value).splitlines() if line.startswith(f"{shipped.name}: {says}")]


def test_a_file_of_rules_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongFileError, match=r"^bots-mail\.toml: cannot be read: No such file or directory$"):
        bots_mail.load(tmp_path / "bots-mail.toml")


def test_a_damaged_file_is_refused_with_exit_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "communities").symlink_to(CATALOGUE)
    (tmp_path / "never-merge.toml").write_text('[[never]]\nkey = "0123456789abcdef"\naccounts = ["a", "b"]\n')
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("pipelines.folders.CATALOGUE", tmp_path / "communities")
    assert main(["communities"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "never-merge.toml: never[0].community: missing",
        "never-merge.toml: never[0].accounts[0]: a fingerprint has 32 hexadecimal digits",
        "never-merge.toml: never[0].accounts[1]: a fingerprint has 32 hexadecimal digits",
        "never-merge.toml: never[0].why: missing",
        "never-merge.toml: never[0].decided: missing",
    ]
