"""Two nights against HyperKitty: each month is whole, and its exports, its API and a probe say the same."""

import gzip
import json
from collections import Counter
from datetime import UTC, datetime

import pyarrow.parquet as pq
from support.commands import run_here
from support.hyperkitty import KEY, KEYED, LAST_MONTH, LIST, THIS_MONTH, get, letters

from pipelines.landing.stored import stored_files, stored_visits


def expected():
    """Return how many letters each month has, in UTC."""
    return Counter(f"{m['Date'].datetime.astimezone(UTC):%Y-%m}" for m in letters())


def test_every_month_lands_whole_and_the_others_are_empty(nights):
    where, first, _ = nights
    assert (first.unvisited, first.complaints) == ((), [])
    found = {v.unit: v.observations for v in first.visits if v.verdict == "ok" and v.unit != "index"}
    assert found == expected()
    others = {v.unit: (str(v.verdict), v.note) for v in first.visits if v.unit not in {*found, "index"}}
    assert set(others.values()) == {("empty", "the file of the month is whole and empty, 20 bytes")}
    rows = pq.read_table(where.observations / "birds/dev/index.parquet").to_pylist()
    assert [row["messages"] for row in rows if row["month"] is None] == [25]
    assert all(row["messages"] is None for row in rows if row["month"])
    assert len(rows) == 1 + len(found) + len(others)


def test_the_second_night_asks_for_two_months_and_finds_nothing_new(nights):
    _, _, second = nights
    assert {v.unit: str(v.verdict) for v in second.visits} == {
        "index": "unchanged", f"{LAST_MONTH:%Y-%m}": "unchanged", f"{THIS_MONTH:%Y-%m}": "unchanged",
    }  # fmt: skip


def test_a_probe_finds_it_as_we_assume(nights, tmp_path):
    given = {"STACKRANK_DATA": str(tmp_path), "STACKRANK_COMMUNITIES": str(nights[0].communities), "STACKRANK_KEY": KEY}
    done = run_here("probe", "birds", "--json", **given)
    (source,) = json.loads(done.stdout)["sources"]
    assert {one["name"]: one["outcome"] for one in source["outcomes"]} == dict.fromkeys(
        ("answers", "robots", "open", "read", "list", "retired", "count", "export"), "as expected"
    )
    assert done.returncode == 0
    assert not (tmp_path / "observations").exists()


def test_exports_of_one_month_differ_in_nothing_but_their_borders(archive, nights):
    visit = stored_visits(nights[0].observations)["birds", "dev", f"{LAST_MONTH:%Y-%m}"]
    path = visit.url.removeprefix(archive)
    one, two = (gzip.decompress(get(archive, path)) for _ in range(2))
    assert one != two
    assert len(one) == len(two)


def test_the_export_and_the_api_have_the_same_messages(archive, nights):
    answer = json.loads(get(archive, f"/archives/api/list/{LIST}/emails/?format=json&limit=100"))
    by_api = {KEYED.key("message id", mail["message_id"].encode()): mail for mail in answer["results"]}
    rows = [
        row for path in stored_files(nights[0].observations / "birds/dev") if path.stem != "index"
        for row in pq.read_table(path).to_pylist()
    ]  # fmt: skip
    assert len(rows) == answer["count"] == len(by_api) == 25
    assert {row["message_id_key"] for row in rows} == set(by_api)
    for row in rows:
        there = by_api[row["message_id_key"]]
        assert row["sent_at"] == datetime.fromisoformat(there["date"]).replace(tzinfo=None)
        assert row["sender_name_exact_key"] == KEYED.key("name", there["sender_name"].encode())
        assert row["sender_address_key"] == KEYED.key(
            "folded address", there["sender"]["address"].replace(" (a) ", "@").encode()
        )
        assert (row["sender_quality"], row["quarantine"]) == ("given", None)
        assert bool(row["in_reply_to_key"]) == bool(there["parent"])
