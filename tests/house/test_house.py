"""The rules of the house as tests: style, types, who may import whom, what may lie at the top."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from support.repository import HOUSE, in_git, run

TOP = {"pipelines", "spiders", "flows", "data", "reports", "tests", "pyproject.toml", "README.md", "CHANGELOG.md",
       "CITATION.cff", "CONTRIBUTING.md", "LICENSE", ".gitignore", ".ci"}  # fmt: skip
LOADING = ("communities", "status")


@pytest.mark.parametrize(
    "tool",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("lint-imports",),
        pytest.param(("pyrefly", "check"), marks=pytest.mark.long),
    ],
    ids=lambda tool: " ".join(tool),
)
def test_tool_finds_nothing(tool):
    found = run(str(Path(sys.executable).with_name(tool[0])), *tool[1:])
    assert found.returncode == 0, found.stdout + found.stderr


def test_ruff_gives_a_reason_for_every_ignored_rule():
    lint = (HOUSE / "pyproject.toml").read_text().split("[tool.ruff.lint]")[1].split("[tool.pyrefly]")[0]
    ignored = [line for line in lint.splitlines() if re.match(r'\s+"[A-Z]+\d*",', line)]
    assert len(ignored) > 5
    assert [line for line in ignored if "#" not in line and "PLR2004" not in line] == []


def test_the_top_level_is_fixed():
    assert {path.split("/")[0] for path in in_git()} <= TOP


def test_no_lock_file_no_runs_and_no_machine_paths_are_committed():
    files = in_git()
    runs = (".lock", ".duckdb", ".parquet", ".jsonl", ".key", ".bundle")
    assert [
        f for f in files if f.endswith(runs) and not f.startswith(("tests/pages/", "tests/flows/data_folders/"))
    ] == []
    texts = {f: (HOUSE / f).read_text(errors="replace") for f in files if (HOUSE / f).is_file()}
    assert [f for f, text in texts.items() if f"{HOUSE}/" in text] == []


def test_no_test_file_imports_another():
    files = {path: path.read_text(encoding="utf-8") for path in (HOUSE / "tests").rglob("*.py")}
    assert len(files) > 50
    imports = re.compile(r"^\s*(from|import) (conftest|test_\w+)\b", re.M)
    assert [str(path.relative_to(HOUSE)) for path, text in files.items() if imports.search(text)] == []


def test_dependencies_are_pinned_by_date():
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", project["tool"]["uv"]["exclude-newer"])
    assert project["project"]["name"] == "stackrank"


@pytest.mark.parametrize("command", ["--help", *(pytest.param(name, marks=pytest.mark.long) for name in LOADING)])
def test_small_commands_import_nothing_large(command):
    script = f"import sys; sys.argv = ['stackrank', {command!r}]\nfrom flows.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"  # noqa: E501
    finished = run(sys.executable, "-c", script)
    loaded = set(finished.stdout.splitlines()[-1].split())
    assert "argparse" in loaded
    assert loaded & {"prefect", "pandas", "scrapy", "twisted", "plotly"} == set()
    assert command == "status" or loaded & {"duckdb", "pyarrow"} == set()
