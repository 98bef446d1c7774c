"""`stackrank init` makes a folder of community files that can be edited, and the other commands use it."""

import shlex

import pytest
from support.commands import run_here

from pipelines.folders import DECLARED


def test_the_other_commands_use_the_copy_as_init_says(tmp_path):
    folder = tmp_path / "our clouds"
    made = run_here("init", str(folder))
    assert (made.returncode, made.stderr) == (0, "")
    (line,) = (line for line in made.stdout.splitlines() if line.startswith("use them: export "))
    (setting,) = shlex.split(line.removeprefix("use them: export "))
    name, _, value = setting.partition("=")
    shipped = run_here("communities", STACKRANK_DATA=str(tmp_path / "data"))
    assert run_here("communities", **{name: value}, STACKRANK_DATA=str(tmp_path / "data")).stdout == shipped.stdout
    (folder / "communities/cloudstack.toml").unlink()
    edited = run_here("communities", **{name: value}, STACKRANK_DATA=str(tmp_path / "data"))
    assert edited.returncode == 0
    assert ("cloudstack" in shipped.stdout, "cloudstack" in edited.stdout) == (True, False)


def test_the_copy_holds_what_is_read_from_beside_the_community_files(tmp_path):
    run_here("init", str(tmp_path / "clouds"))
    made = {path.relative_to(tmp_path / "clouds") for path in (tmp_path / "clouds").rglob("*") if path.is_file()}
    beside = [DECLARED / name for name in ("never-merge.toml", "corrections.toml", "community.schema.json")]
    shipped = [*beside, *(DECLARED / "communities").iterdir(), *(DECLARED / "history").iterdir()]
    assert made == {path.relative_to(DECLARED) for path in shipped}
    assert all((tmp_path / "clouds" / name).read_bytes() == (DECLARED / name).read_bytes() for name in made)


@pytest.mark.parametrize("there", ["a folder with a file", "a file"])
def test_what_lies_there_is_never_written_over(there, tmp_path):
    held = tmp_path / "clouds" / "mine.toml" if there == "a folder with a file" else tmp_path / "clouds"
    held.parent.mkdir(exist_ok=True)
    held.write_text("precious")
    refused = run_here("init", str(tmp_path / "clouds"))
    assert refused.returncode == 2
    assert refused.stderr == f"{tmp_path}/clouds is not empty. Nothing was written. Name a new folder.\n"
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["precious"]


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    refused = run_here("init", str(tmp_path / "file" / "clouds"))
    assert refused.returncode == 2
    assert refused.stderr == f"{tmp_path}/file/clouds cannot be written: Not a directory. Name another folder.\n"
