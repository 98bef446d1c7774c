"""A first night lands every post of a Discourse forum; the nights after it ask for what is new only."""

import shutil
from datetime import date

import pytest
from support.crawl import HEAD, KEYED, TODAY
from support.discourse import (
    ABOUT,
    FORUMS,
    MONTHS,
    ODD,
    OK,
    SHRUNK,
    STEP,
    UNCHANGED,
    asked,
    block,
    folders,
    rows,
    run,
    second_night,
    verdicts,
    visits,
)

from flows.demo.archives import Archives
from flows.demo.server import serve
from pipelines.landing.stored import stored_visits
from spiders.forums.discourse_blocks import through
from spiders.forums.discourse_counts import creation_note, read_statistics


@pytest.mark.long
def test_old_and_new_servers_give_the_same_rows(nights):
    old, new = rows(nights[0], "old", "posts-*"), rows(nights[0], "new", "posts-*")
    assert old == new
    shown = second_night()["new"].shown()
    assert len(new) == len(shown) == sum(MONTHS.values()) + 3
    assert sorted(row["message_id_key"] for row in new) == sorted(
        KEYED.key("message id", f"post/{number}@127.0.0.1".encode()) for number in shown
    )
    assert {str(row["sent_at"])[:19] for row in new} == {
        shown[number]["created_at"][:19].replace("T", " ") for number in shown
    }
    assert len(asked(nights, 0, "new")) == 7, (
        "two questions for the first page, one for each of five blocks of few posts"
    )


@pytest.mark.long
def test_a_first_load_lands_blocks_and_what_the_forum_says(nights):
    assert verdicts(nights, 0, "new") == {ABOUT: OK, "index": OK} | {f"posts-{n:06}": OK for n in range(5)}
    assert [row["messages"] for row in rows(nights[0], "new", "index")] == [sum(MONTHS.values()) + 9]
    assert [(r["measure"], r["value"], r["version"], r["day"]) for r in rows(nights[0], "new", ABOUT)] == [
        ("registered_users", 40, "3.6.0.beta1", TODAY), ("active_users_30_days", 13, "3.6.0.beta1", TODAY),
        ("participating_users_30_days", 8, "3.6.0.beta1", TODAY),
    ]  # fmt: skip
    assert {(r["basis"], r["subject"]) for r in rows(nights[0], "new", ABOUT)} == {("stated", "")}
    assert [(r["measure"], r["value"], r["version"]) for r in rows(nights[0], "old", ABOUT)] == [
        ("registered_users", 40, "1.9.4"), ("active_users_30_days", 13, "1.9.4"),
    ]  # fmt: skip


@pytest.mark.long
def test_what_is_no_post_is_put_aside_with_a_reason_and_the_others_land(nights):
    found = rows(nights[0], "odd", "posts-*")
    assert len(found) == len(ODD), "in = stored + put aside"
    assert sorted(filter(None, (row["quarantine"] for row in found))) == [
        "its created_at is no time", "its created_at is no time", "its topic_id is no number",
        "its username is no text", "no id of a post", "no id of a post",
    ]  # fmt: skip
    assert visits(nights, 0, "odd")["posts-000000"].note == "6 could not be read as messages"
    assert sorted((row["class"], row["date_quality"], row["sender_quality"]) for row in found if row["class"]) == [
        ("human", "date", "missing"), ("human", "none", "account"),
        ("system", "date", "account"), ("system", "date", "account"),
    ]  # fmt: skip
    assert verdicts(nights, 2, "odd")["posts-000000"] == UNCHANGED


@pytest.mark.long
def test_the_second_night_asks_only_for_new_posts(nights):
    for name in ("new", "old"):
        assert verdicts(nights, 1, name) == {"posts-000004": OK, "index": UNCHANGED}
        assert asked(nights, 1, name)[0] == f"/{name}/posts.json"
    assert len(asked(nights, 1, "new")) == 1, "the counts of the day were had"
    assert len(asked(nights, 1, "old")) <= 3, "50 ids at once, of which one in 30 is shown"


@pytest.mark.long
def test_a_quiet_night_asks_for_the_newest_posts_only(nights):
    assert verdicts(nights, 2, "new") == {"posts-000004": UNCHANGED, "index": UNCHANGED}
    assert asked(nights, 2, "new") == ["/new/posts.json"]
    (held,) = [v for key, v in stored_visits(nights[0].observations).items() if key == ("new", "new", "posts-000004")]
    assert (held.observations, held.checksum) == (8 + 2, through(sum(MONTHS.values()) * STEP + 3 * STEP))


@pytest.mark.long
def test_a_quiet_night_of_another_day_asks_three_questions(nights, tmp_path):
    where = folders(tmp_path)
    name = "hurried"
    for kind in ("observations", "visits"):
        target = getattr(where, kind) / name / name
        target.parent.mkdir(parents=True)
        shutil.copytree(getattr(nights[0], kind) / name / name, target)
    (where.observations / name / name / f"{ABOUT}.parquet").unlink()
    with serve(tmp_path / "none") as server:
        server.archives = Archives([], sites=[FORUMS[name]])
        (where.communities / f"{name}.toml").write_text(HEAD + block(server.base_url, name))
        run(where)
        assert [request.path for request in server.requests] == [
            f"/{name}/about.json", f"/{name}/posts.json",
        ]  # fmt: skip


@pytest.mark.long
def test_counts_of_a_day_are_never_overwritten(nights):
    assert verdicts(nights, 1, "new").keys().isdisjoint({ABOUT})
    assert not [path for path in asked(nights, 1, "new") + asked(nights, 2, "new") if "about" in path]


@pytest.mark.long
def test_deleted_posts_leave_and_a_block_that_loses_many_is_kept_until_somebody_looks(nights):
    deleting, purged = (visits(nights, 1, name)["posts-000000"] for name in ("deleting", "purged"))
    assert (str(deleting.verdict), deleting.observations) == (OK, 22), "two of the newest 24 are gone"
    assert (str(purged.verdict), purged.reason) == (SHRUNK, "shrank from 60 to 25: the earlier harvest is kept")
    assert len(rows(nights[0], "purged", "posts-*")) == 60


@pytest.mark.long
def test_nobody_is_named_in_what_lands(nights):
    people = {post_["username"] for one in FORUMS.values() for post_ in one.shown().values() if isinstance(post_, dict)
              and isinstance(post_["username"], str)} - {"system"}  # fmt: skip
    people |= {post_["name"] for post_ in FORUMS["new"].shown().values() if post_["name"]} - {"system"}
    assert len(people) > 5
    files = [p for p in nights[0].data.rglob("*") if p.is_file()]
    assert len(files) > 50
    for file in files:
        content = file.read_bytes()
        assert not [who for who in people if who.encode() in content], file
    texts = [str(row) for name in ("new", "odd") for row in rows(nights[0], name)]
    assert not [text for text in texts if any(who in text for who in people) or "Enough of" in text]
    assert not (nights[0].data / "pages").exists(), "texts are not kept"


@pytest.mark.long
def test_a_forum_that_is_older_than_the_catalogue_says_is_noted(nights):
    made = {"about": {"site_creation_date": "2014-12-09T08:00:00.000Z", "stats": {"users_count": 7}}}
    assert read_statistics(made).created == date(2014, 12, 9)
    assert read_statistics({"about": {"site_creation_date": 2014}}).created is None
    assert creation_note(date(2014, 12, 9), date(2015, 1, 1)).startswith("the forum was made on 2014-12-09")
    assert creation_note(date(2014, 12, 9), date(2014, 12, 9)) == creation_note(None, date(2014, 12, 9)) == ""
    assert visits(nights, 0, "new")[ABOUT].note == ""
