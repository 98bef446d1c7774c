import tomllib
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from pipelines.catalogue.listing import catalogue_table
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.catalogue.sources import FAMILIES
from pipelines.catalogue.urls import KINDS, unit_of

HERE = Path(__file__).parent
BIRDS = (HERE / "communities/birds.toml").read_text()
FISH = (HERE / "communities/fish.toml").read_text()
FACTS = "\n" + (HERE / "facts.toml").read_text()
TEXTS = {"birds.toml": BIRDS, "fish.toml": FISH, "facts.toml": FACTS}
MISTAKES = tomllib.loads((HERE / "mistakes.toml").read_text())["mistake"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "birds.toml").write_text(BIRDS)
    (tmp_path / "fish.toml").write_text(FISH)
    return tmp_path


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(folder)
    return str(refused.value).splitlines()


def test_a_good_catalogue_is_loaded_whole_and_by_slug(folder: Path) -> None:
    (folder / ".draft.toml").write_text("not = [toml")
    (folder / "notes.txt").write_text("nor this")
    birds, fish = load_catalogue(folder)
    assert (birds.slug, birds.name, birds.homepage) == ("birds", "Birds", "https://birds.example.org/")
    assert (birds.born, fish.slug) == (date(2010, 7, 1), "fish")
    core, official = birds.sources
    assert (core.id, core.kind, core.enabled, core.snapshot, core.until) == ("birds/core", "git", True, False, None)
    assert [unit_of(url) for url in core.urls] == ["birds/one", "birds/Two"]
    assert (official.urls, official.enabled) == ((), False)
    assert official.urls_from == "https://forge.example.org/nest/projects.yaml"
    pond, sea = fish.sources
    assert (pond.until, pond.continued_by) == (date(2017, 11, 30), sea.id)
    assert (sea.since, sea.continues, sea.snapshot) == (date(2017, 8, 1), pond.id, True)


def test_the_table_is_aligned_and_says_what_is_off(folder: Path) -> None:
    assert catalogue_table(load_catalogue(folder)).splitlines() == [
        "community  source    kind  units               since       until       state  continues",
        "birds      core      git   2                   2010-05-01  -           on     -",
        "birds      official  git   from projects.yaml  2012-01-01  -           off    -",
        "fish       pond      git   1                   2009-01-01  2017-11-30  on     -",
        "fish       sea       git   1                   2017-08-01  -           on     fish/pond",
    ]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake['file']} {mistake['name']}")
def test_a_mistake_is_told_by_file_and_key(folder: Path, mistake: dict[str, str]) -> None:
    text = TEXTS[mistake["file"]]
    file, above = ("fish.toml", FISH) if text is FACTS else (mistake["file"], "")
    assert text.count(mistake["old"]) == 1
    (folder / file).write_text(above + text.replace(mistake["old"], mistake["new"]))
    assert [line for line in mistakes(folder) if line.startswith(f"{file}: {mistake['says']}")]


def test_facts_are_loaded_as_they_stand_and_none_says_the_same_twice(folder: Path) -> None:
    (folder / "fish.toml").write_text(FISH + FACTS)
    cadence, formats, first = load_catalogue(folder)[1].facts
    assert (cadence.as_of, cadence.text, cadence.per_year, cadence.confirmed) == (
        "2013-11",
        "Every spring.",
        (1, 1.5),
        True,
    )
    assert (formats.as_of, formats.values, formats.confirmed) == ("2026-08-01", ("raw", "qcow2"), False)
    assert (first.as_of, first.version, first.day) == (None, "1.0", date(2010, 5, 1))
    (folder / "fish.toml").write_text(FISH + FACTS + FACTS[: FACTS.index('[[facts]]\ntopic = "image')])
    assert mistakes(folder) == ["fish.toml: facts[3].topic: facts[0] says the same"]
    (folder / "fish.toml").write_text(FISH + "\n[[facts]]\n" + FACTS.replace("cadence", "x").replace('"raw"', '"rwa"'))
    assert len(mistakes(folder)) == 4, "all at once: no topic, no source, a wrong topic, a wrong format"


def test_all_mistakes_of_all_files_are_told_at_once_in_one_line_each(folder: Path) -> None:
    (folder / "birds.toml").write_text(BIRDS.replace("name =", "nam =", 1).replace("2012-01-01", "2012"))
    (folder / "fish.toml").write_text(FISH.replace("fish/sea", "ants/hill").replace("fish/pond", "worms/soil"))
    (folder / "Mice.toml").write_text(BIRDS)
    (folder / "ants.toml").write_bytes(b'name = "Ants"\nhomepage = "\xff"\n')
    assert mistakes(folder) == [
        "ants.toml: not UTF-8 (at line 2)",
        "Mice.toml: the file name must match [a-z][a-z0-9-]*",
        "birds.toml: nam: unknown key; did you mean 'name'?",
        "birds.toml: name: missing",
        "birds.toml: sources[1].since: not a date: 2012",
        "fish.toml: sources[1].continues: no such source: 'worms/soil'"
        " (known: Mice/core, Mice/official, birds/core, birds/official, fish/pond, fish/sea)",
    ]


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "ants.toml").symlink_to(folder / "nowhere")
    (folder / "bees.toml").mkdir()
    assert mistakes(folder) == [
        "ants.toml: cannot be read: No such file or directory",
        "bees.toml: cannot be read: Is a directory",
    ]


def test_a_quoted_key_does_not_break_the_line(folder: Path) -> None:
    (folder / "fish.toml").write_text('"a\\nb" = 1\n' + FISH)
    (told,) = mistakes(folder)
    assert told.startswith("fish.toml: a b: unknown key")


def test_a_folder_without_communities_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path) == [
        f"{tmp_path}: no community file (*.toml). Name another folder in STACKRANK_COMMUNITIES."
    ]
    assert mistakes(tmp_path / "none") == [
        f"{tmp_path / 'none'}: no such folder. Name the folder of community files in STACKRANK_COMMUNITIES."
    ]


def test_several_lists_can_go_on_in_one_and_nothing_else_can(folder: Path) -> None:
    lists = FISH.replace('kind = "git"', 'kind = "unreadable"\nevidence = "x"').replace("snapshot = true\n", "")
    lists = lists[: lists.index("urls")] + lists[lists.index("continued_by") :].replace("urls", "#")
    third = lists[lists.index("[[sources]]") : lists.rindex("[[sources]]")].replace('"pond"', '"puddle"')
    (folder / "fish.toml").write_text(lists + third)
    *_, fish = load_catalogue(folder)
    assert [source.continued_by for source in fish.sources] == ["fish/sea", None, "fish/sea"]
    (folder / "fish.toml").write_text((lists + third).replace('continues = "fish/pond"', ""))
    assert mistakes(folder)[0] == "fish.toml: sources[0].continued_by: fish/sea must have continues = 'fish/pond'"


def test_every_kind_has_one_family() -> None:
    kinds = [kind for family in FAMILIES for kind in get_args(family.model_fields["kind"].annotation)]
    assert sorted(kinds) == sorted(KINDS)


def test_of_an_unknown_kind_all_else_is_told_too(folder: Path) -> None:
    text = FISH.replace('kind = "git"\nsince = 2009-01-01', 'kind = "got"\nreleases = "("\nsinze = 1\nsince = 2009', 1)
    (folder / "fish.toml").write_text(text)
    assert [line.partition(" (")[0] for line in mistakes(folder)] == [
        "fish.toml: sources[0].sinze: unknown key; did you mean 'since'?",
        "fish.toml: sources[0].kind: unknown kind 'got'; did you mean 'git'?",
        "fish.toml: sources[0].since: not a date: 2009",
    ]
