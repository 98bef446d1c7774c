"""A bundle of git is read as its repository is; one that is not whole fails and lands nothing."""

from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from support.git import block, commit, declared, history, imported, line, made
from support.git_nights import ODD_TAG, SHOWN_TAG, crawl

from flows.demo import places
from pipelines.landing.stored import read_unit, stored_files


def bundled(bare: Path, folder: Path, *what: str) -> Path:
    """Write a bundle of some of a repository, `birds__NAME.bundle`."""
    folder.mkdir(exist_ok=True)
    bundle = folder / f"birds__{bare.stem}.bundle"
    places.git(bare, "bundle", "create", "--quiet", bundle, *what)
    return bundle


@pytest.fixture(scope="module")
def bundled_nights(tmp_path_factory, keyed):
    """What three nights brought from bundles; the first, a healthy one, has grown before the second."""
    top = tmp_path_factory.mktemp("bundles")
    bares = {name: made(top / "served", name, line(60)) for name in ("well", "torn", "headless", "thin", "blob")}
    for tag in (ODD_TAG, "-d", "refs/stackrank/head"):
        places.git(bares["well"], "update-ref", f"refs/tags/{tag}", "main~1")
    (bares["blob"] / "HEAD").write_text(places.git(bares["blob"], "hash-object", "-w", bares["blob"] / "config"))
    wanted = {"headless": ("main",), "thin": ("HEAD", "^main~9")}
    there = [bundled(bare, top / "files", *wanted.get(name, ("HEAD", "--all"))) for name, bare in bares.items()]
    torn = next(bundle for bundle in there if bundle.stem.endswith("torn"))
    torn.write_bytes(torn.read_bytes()[:-3000])
    where = declared(top, block("core", urls=[f"git+file://localhost{bundle}" for bundle in there]))
    broken_nights = [crawl(where)]
    loose = [p for p in (where.clones / "birds/core/birds/well.git/refs").rglob("*") if p.is_file()]
    imported(bares["well"], commit(99, parents=(b"refs/heads/main^0",)))
    bundled(bares["well"], top / "files", "HEAD", "--all")
    broken_nights += [crawl(where), crawl(where)]
    rows = {file.stem: pq.read_metadata(file).num_rows for file in stored_files(where.observations)}
    return SimpleNamespace(broken_nights=broken_nights, rows=rows, loose=loose, where=where, well=bares["well"])


def test_a_bundle_is_read_as_its_repository_is(bundled_nights):
    verdicts = [str(night.visits["well"].verdict) for night in bundled_nights.broken_nights]
    assert verdicts == ["ok", "ok", "unchanged"]
    assert [night.visits["well"].observations for night in bundled_nights.broken_nights] == [60, 61, 61]
    landed = bundled_nights.where.observations / "birds/core/birds/well.parquet"
    assert pq.read_table(landed)["hash"].to_pylist() == history(bundled_nights.well)
    assert {tag["tag"] for tag in read_unit(landed).tags} == {"-d", SHOWN_TAG, "refs/stackrank/head"}


def test_the_tags_of_a_bundle_are_one_file(bundled_nights):
    assert [file.name for file in bundled_nights.loose] == ["head"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("torn", "early EOF"),
        ("headless", "no HEAD"),
        ("thin", "prerequisite"),
        ("blob", "its HEAD leads to no commit"),
    ],
)
def test_a_bundle_that_is_not_whole_fails_and_lands_nothing(bundled_nights, name, reason):
    for night in bundled_nights.broken_nights:
        assert night.visits[name].verdict == "failed"
        assert reason in night.visits[name].reason
    assert name not in bundled_nights.rows
