"""Commits are landed as git has them: parents, times, people, co-authors, reverts, bots and tags."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.git import (
    NOON_2010,
)
from support.git_house import KEYED

from flows.demo import places
from pipelines.landing.schemas import COMMITS
from pipelines.landing.stored import read_unit, read_visit


def marks(bare: Path) -> dict[int, str]:
    pairs = (row.split() for row in (bare / "marks").read_text().splitlines())
    return {int(mark[1:]): name for mark, name in pairs}


@pytest.mark.long
def test_names_are_those_of_the_commits_not_of_the_mailmap(house):
    authors = set(pq.read_table(house.landed("files"))["author_name_key"].to_pylist())
    assert authors == {KEYED.of(name, b"").name_key for name in (b"Jane Invented", b"Joe Invented")}


@pytest.fixture(scope="module")
def odd(house):
    """The rows landed of the odd repository, by their marks."""
    rows = {row["hash"]: row for row in pq.read_table(house.landed("odd")).to_pylist()}
    return {mark: rows[name] for mark, name in marks(house.bare("odd")).items() if name in rows}


@pytest.mark.long
def test_the_commits_of_the_default_branch_are_landed_in_gits_order(house, odd):
    table = pq.read_table(house.landed("odd"))
    assert table.schema.names == COMMITS.names
    assert table["hash"].to_pylist() == places.git(house.bare("odd"), "log", "--format=%H", "HEAD").split()
    assert set(odd) == set(range(1, 19)), "the branch that was not merged stays away"


@pytest.mark.long
def test_parents_are_those_of_git(house, odd):
    listed = places.git(house.bare("odd"), "rev-list", "--parents", "HEAD").splitlines()
    parents = {row.split()[0]: row.split()[1:] for row in listed}
    assert {r["hash"]: r["parent_hashes"] for r in odd.values()} == parents
    assert {r["hash"]: r["parents"] for r in odd.values()} == {name: len(of) for name, of in parents.items()}
    assert [odd[mark]["parents"] for mark in (1, 2, 16, 17)] == [0, 1, 2, 3]


@pytest.mark.long
def test_times_are_utc_and_keep_their_offsets(odd):
    def moment(seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)

    assert odd[1]["authored_at"] == odd[1]["committed_at"] == datetime(1970, 1, 1)
    assert odd[13]["authored_at"] == datetime(2100, 1, 1)
    assert (odd[2]["authored_at"], odd[2]["authored_offset"]) == (moment(1_500_000_000), 5 * 60 + 45)
    assert (odd[3]["committed_at"], odd[3]["committed_offset"]) == (moment(1_500_000_001), -(3 * 60 + 30))
    assert (odd[12]["authored_at"], odd[12]["authored_offset"]) == (moment(NOON_2010 + 12), 0)
    assert (odd[12]["committed_at"], odd[12]["committed_offset"]) == (moment(1_600_000_001), -7 * 60)


@pytest.mark.long
@pytest.mark.parametrize(
    ("mark", "name", "address"),
    [
        (1, b"Jane Invented", b"jane@example.org"),
        (2, b"Jos\xe9 Invented", b"jose@example.net"),
        (3, "José Invented".encode(), b"jose@example.net"),
        (4, b"", b"nameless@example.org"),
        (5, b"No Address", b""),
        (6, b"jane@example.org", b"jane@example.org"),
        (11, b"dependabot[bot]", b"49699333+dependabot[bot]@users.noreply.github.com"),
    ],
)
def test_authors_are_the_fingerprints_of_their_bytes(odd, mark, name, address):
    landed = {field: odd[mark][f"author_{field}"] for field in KEYED.of(name, address)._fields}
    assert landed == KEYED.of(name, address)._asdict()


@pytest.mark.long
def test_bytes_without_an_encoding_are_the_same_person(odd):
    assert odd[2]["author_name_key"] == odd[3]["author_name_key"]
    assert odd[2]["author_name_exact_key"] != odd[3]["author_name_exact_key"]


@pytest.mark.long
def test_missing_parts_are_null_and_never_a_key_of_nothing(odd):
    assert (odd[4]["author_name_key"], odd[4]["author_name_words"]) == (None, 0)
    assert (odd[5]["author_address_key"], odd[5]["author_domain"]) == (None, None)
    assert odd[6]["author_name_key"] != odd[6]["author_address_key"]


@pytest.mark.long
def test_co_authors_are_read_from_trailers_in_their_order(odd):
    people = [(b"Ann Invented", b"ann@example.org"), (b"Bob", b"bob@example.net"), (b"Jos\xe9 Invented", b"jose@example.net")]  # fmt: skip  # noqa: E501
    assert odd[7]["co_author_name_keys"] == [KEYED.of(*pair).name_key for pair in people]
    assert odd[7]["co_author_address_keys"] == [KEYED.of(*pair).address_key for pair in people]
    assert [mark for mark, row in odd.items() if row["co_author_name_keys"] != []] == [7]


@pytest.mark.long
def test_reverts_are_those_whose_message_says_so(odd):
    assert sorted(mark for mark, row in odd.items() if row["revert"]) == [8, 9]


@pytest.mark.long
def test_bots_are_named_by_their_rule(odd):
    assert {mark: row["author_bot_rule"] for mark, row in odd.items() if row["author_bot_rule"]} == {11: "app-account"}
    committers = {mark: row["committer_bot_rule"] for mark, row in odd.items() if row["committer_bot_rule"]}
    assert committers == {11: "github-web", 12: "gerrit"}


@pytest.mark.long
def test_tags_that_lead_to_commits_are_in_the_footer_with_their_dates(house):
    of = marks(house.bare("odd"))
    assert read_unit(house.landed("odd")).tags == [
        {"tag": "v0", "hash": of[3], "seconds": 1_500_000_001, "dated_by": "commit"},
        {"tag": "v1", "hash": of[17], "seconds": 1_700_000_000, "dated_by": "tag"},
    ]


@pytest.mark.long
def test_the_footer_holds_the_visit_with_key_and_reader(house):
    assert read_visit(house.landed("odd")) == house.visit(0, "birds/odd")
    assert house.visit(0, "birds/odd").key_id == KEYED.key_id
    assert house.visit(0, "birds/odd").reader.startswith("git/4+")
