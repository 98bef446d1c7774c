"""Posts and statistics of Discourse are read to rows without names; mistakes in the catalogue are named."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.crawl import HEAD, KEYED, SHARED, TODAY
from support.discourse import READER, block, post

from flows.demo import catalogue, lists
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import CHECKOUT
from pipelines.landing.schemas import MESSAGES
from spiders.core.verdicts import NoPageError
from spiders.forums import discourse_posts
from spiders.forums.discourse_counts import count_rows, read_statistics
from spiders.forums.discourse_posts import post_row, read_posts

REAL = SHARED / "discourse"
NEEDS_SAMPLES = pytest.mark.skipif(not REAL.is_dir(), reason=f"no samples of real forums in {REAL}")


def test_a_post_is_a_row_without_a_name():
    row = post_row(post(33, post_number=4, reply_to_post_number=2), READER)
    assert row.keys() == set(MESSAGES.names)
    assert (row["sent_at"], row["archive_month"]) == (datetime(2024, 5, 3, 10), date(2024, 5, 1))
    assert (row["is_reply"], row["class"], row["sender_quality"], row["sender_domain"]) == (
        True,
        "human",
        "account",
        None,
    )
    assert row["sender_login_key"] is None
    assert row["sender_name_bag_key"] == post_row(post(34, name="Invented, Jane"), READER)["sender_name_bag_key"]
    assert post_row(post(34, username="admin"), READER)["sender_role"] is False
    assert row["message_id_key"] == KEYED.key("message id", b"post/33@forum.example.org")
    assert row["reference_keys"] == [
        KEYED.key("message id", f"topic/5{more}@forum.example.org".encode()) for more in ("", "/2")
    ]
    assert row["in_reply_to_key"] == row["reference_keys"][-1]
    first = post_row(post(30), READER)
    assert (first["is_reply"], first["in_reply_to_key"]) == (False, None)
    assert first["reference_keys"] == row["reference_keys"][:1]
    other = discourse_posts.Forum("other.example.org", READER.latest, KEYED)
    assert post_row(post(30), other)["sender_address_key"] != first["sender_address_key"]
    assert post_row(post(30), other)["sender_name_key"] == first["sender_name_key"]
    assert post_row(post(30, username="JANE_I"), READER)["sender_address_key"] == first["sender_address_key"]
    assert post_row(post(30, topic_id=6), READER)["subject_key"] != first["subject_key"], "two topics are two threads"


@pytest.mark.parametrize(("changed", "rule"), [
    ({"post_type": 2}, "discourse-actions"), ({"post_type": 3}, "discourse-actions"),
    ({"post_type": 4}, "discourse-actions"), ({"post_type": 9}, None),
    ({"username": "system", "user_id": -1}, "discourse-accounts"), ({"username": "System"}, "discourse-accounts"),
    ({"username": "renamed", "user_id": -1}, "discourse-accounts"), ({"username": "systems"}, None),
    ({"user_id": "-1"}, None),
])  # fmt: skip
def test_what_discourse_writes_is_told_by_its_account_or_its_type(changed, rule):
    row = post_row(post(1, **changed), READER)
    assert (row["class"], row["class_rule"]) == (("system", rule) if rule else ("human", None))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.long
@given(st.lists(st.dictionaries(st.sampled_from(sorted(post(1))), JSON, max_size=4) | JSON, max_size=5))
def test_whatever_stands_in_a_page_is_stored_or_put_aside(changes):
    made = [post(number) | change if isinstance(change, dict) else change for number, change in enumerate(changes, 1)]
    page = read_posts({"latest_posts": made}, READER)
    found = [*page.rows.values(), *(row for _, row in page.without_id)]
    ids = [one["id"] for one in made if isinstance(one, dict) and discourse_posts.post_id(one)]
    assert len(found) == len(made) - (len(ids) - len(set(ids)))
    assert all((row["quarantine"] is None) == (row["class"] is not None) for row in found)
    assert read_posts({"latest_posts": made}, READER) == page, "the same bytes, the same rows"


@pytest.mark.parametrize(("answer", "expected"), [
    ({"about": {"stats": {"user_count": 7, "post_count": 9}, "version": "1.9.4"}},
     (9, {"registered_users": 7}, "1.9.4")),
    ({"user_count": 7, "active_users_30_days": 3}, (None, {"registered_users": 7, "active_users_30_days": 3}, None)),
    ({"about": {"stats": {"users_count": "7", "posts_count": True}, "version": "<b>"}}, (None, {}, None)),
    ({"about": {"can_see_about_stats": False, "version": "3.5"}}, (None, {}, "3.5")),
    ({"about": {"stats": {"users_count": -1, "user_count": 1 << 70}}}, (None, {}, None)),
    ({"about": []}, (None, {}, None)),
])  # fmt: skip
def test_what_a_forum_says_of_itself_is_read_in_old_and_new_words(answer, expected):
    assert read_statistics(answer)[:3] == expected


@pytest.mark.parametrize(("old", "new", "expected"), [
    ('/"]', '"]', "sources[0].urls[0]: the url of an archive is a folder"),
    ('/"]', '/", "https://b.example.org/"]', "sources[0].urls: one url, the start page of one forum"),
    ('why', 'evidence = "x"\nwhy', "sources[0].evidence: only a source that is gone or unreadable has it"),
    ('why', 'releases = "x"\nwhy', "sources[0].releases: only a source of kind git has it"),
])  # fmt: skip
def test_a_mistake_in_a_forum_is_told_by_its_key(tmp_path, old, new, expected):
    (tmp_path / "birds.toml").write_text(HEAD + block("https://a.example.org", "talk"))
    assert load_catalogue(tmp_path)[0].sources[0].visited
    (tmp_path / "birds.toml").write_text(HEAD + block("https://a.example.org", "talk").replace(old, new, 1))
    with pytest.raises(CatalogueError) as told:
        load_catalogue(tmp_path)
    assert f"birds.toml: {expected}" in str(told.value)


def test_a_demo_invents_the_forum_of_the_catalogue(tmp_path):
    shipped = [source for one in load_catalogue(CHECKOUT / "data/communities") for source in one.sources]
    (declared,) = [source for source in shipped if source.kind == "discourse"]
    assert (declared.id, declared.urls) == ("opennebula/forum", ("https://forum.opennebula.io/",))
    (one,) = lists.invent_forums(shipped, date(2015, 4, 2))
    assert (one.url, one.community, list(one.months)) == (
        "/forum.opennebula.io/", "opennebula",
        [date(2014, 12, 1), date(2015, 1, 1), date(2015, 2, 1), date(2015, 3, 1)],
    )  # fmt: skip
    assert lists.invent_forums([replace(declared, enabled=False)], TODAY) == []
    catalogue.write_communities(
        CHECKOUT / "data/communities", tmp_path / "turned", "http://127.0.0.1:9", snapshot=False
    )
    turned = [source for one in load_catalogue(tmp_path / "turned") for source in one.sources]
    assert [s.urls for s in turned if s.kind == "discourse"] == [("http://127.0.0.1:9/forum.opennebula.io/",)]


@NEEDS_SAMPLES
def test_real_posts_are_read_as_many_as_they_are():
    for name, expected in (("posts_latest", [15, 14, 10, 2]), ("posts_before", [14, 10, 2])):
        page = read_posts(json.loads((REAL / f"discourse_api/{name}.json").read_bytes()), READER)
        assert (list(page.rows), page.without_id) == (expected, [])
        assert [row["class"] for row in page.rows.values()] == ["human"] * (len(expected) - 2) + ["system"] * 2
        assert {row["quarantine"] for row in page.rows.values()} == {None}
    assert not post_row(json.loads((REAL / "api_docs/posts/get_post_response.json").read_bytes()), READER)["quarantine"]


@NEEDS_SAMPLES
@pytest.mark.parametrize(
    "name", ["perceval/discourse_topic_1149", "perceval/discourse_topic_1150", "discourse_api/topic"]
)
def test_real_topics_have_as_many_posts_as_they_state(name):
    topic = json.loads((REAL / f"{name}.json").read_bytes())
    page = read_posts({"latest_posts": topic["post_stream"]["posts"]}, READER)
    assert len(page.rows) == topic["posts_count"] == len(topic["post_stream"]["stream"])
    assert {row["quarantine"] for row in page.rows.values()} == {None}
    assert len({row["reference_keys"][0] for row in page.rows.values()}) == 1


@NEEDS_SAMPLES
def test_real_statistics_are_read_to_the_numbers_that_they_state():
    stated = read_statistics(json.loads((REAL / "discourse-fixtures/about.json").read_bytes()))
    assert stated[:3] == (490_358, {"registered_users": 41_719, "active_users_30_days": 2_026}, "2.2.0.beta8")
    assert [row["value"] for row in count_rows(stated, TODAY, "https://x")] == [41_719, 2_026]
    categories = json.loads((REAL / "discourse_api/categories.json").read_bytes())
    with pytest.raises(NoPageError, match="not a page of posts"):
        read_posts(categories, READER)
