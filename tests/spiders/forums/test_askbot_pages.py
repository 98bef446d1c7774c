"""The reader of pages of a site for questions: invented pages in the form of Askbot, and real ones."""

import json
import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.askbot import LATE_MARCH, SIGN_IN, SITE, SONG, answer, comment, listed, listing, question

from pipelines.folders import CHECKOUT
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.forums import askbot_pages
from spiders.forums.askbot import completeness_note

SHARED = CHECKOUT.parent / "shared" / "payloads" / "askbot"
NEEDS_SAMPLES = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no samples of real pages in {SHARED}")
KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
ALWAYS = datetime(2005, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def rows(*pages):
    return askbot_pages.message_rows([askbot_pages.read_page(page) for page in pages], ALWAYS, KEYED).to_pylist()


# ---- reading ---------------------------------------------------------------------------------------------------


def test_a_question_is_a_root_and_what_answers_it_are_replies():
    told = askbot_pages.read_page(SONG)
    assert (told.site, told.question, told.stated) == ("ask.birds.example.org", 11, 2)
    assert [(p.kind, p.number, p.parent, p.account) for p in told.posts] == [
        ("question", 11, None, 7), ("answer", 12, 11, 8), ("answer", 14, 11, 9), ("comment", 13, 11, 8),
        ("comment", 15, 12, 7),
    ]  # fmt: skip
    found = {row["message_id_key"]: row for row in rows(SONG)}
    (root,) = [row for row in found.values() if not row["is_reply"]]
    assert (root["in_reply_to_key"], root["reference_keys"]) == (None, [])
    assert all(row["reference_keys"][0] == root["message_id_key"] for row in found.values() if row is not root)
    assert {row["in_reply_to_key"] for row in found.values()} - {None} < found.keys()
    assert {(row["sender_quality"], row["class"], row["date_quality"]) for row in found.values()} == {
        ("account", "human", "arrived")
    }


def test_times_are_those_of_the_page_in_utc_and_not_those_of_a_change():
    assert sorted(row["sent_at"] for row in rows(SONG)) == [
        datetime(2013, 4, 1, 4), datetime(2013, 4, 1, 14), datetime(2013, 4, 2, 14), datetime(2013, 4, 3, 14),
        datetime(2013, 5, 2, 14),
    ]  # fmt: skip


def test_the_sender_is_the_account_of_that_site_and_nothing_names_it():
    accounts = Counter(row["sender_address_key"] for row in rows(SONG))
    assert accounts == {KEYED.key("account", f"ask.birds.example.org/{user}".encode()): n
                        for user, n in ((7, 2), (8, 2), (9, 1))}  # fmt: skip
    told = repr(rows(SONG))
    assert not re.search("Wren|Finch|wren|finch|example.org", told)


def test_a_question_is_the_same_one_on_its_page_and_in_the_list():
    (of_list,) = rows(listing(listed(11, LATE_MARCH)))
    assert of_list["message_id_key"] in {row["message_id_key"] for row in rows(SONG)}
    assert of_list["sender_address_key"] in {row["sender_address_key"] for row in rows(SONG)}
    assert of_list["sent_at"] == datetime(2013, 3, 30, 12)


def test_what_stands_on_every_page_of_a_question_is_one_post():
    first = question(21, "Nests", 7, "2013-04-01 08:00:00 -0600", answers=[answer(22, 8, "2013-04-02 08:00:00 -0600")],
                     said=2, pages=2)  # fmt: skip
    second = question(21, "Nests", 7, "2013-04-01 08:00:00 -0600", answers=[answer(23, 9, "2013-04-03 08:00:00 -0600")],
                      said=2, pages=2)  # fmt: skip
    assert len(rows(first, second)) == 3
    assert completeness_note([askbot_pages.read_page(first), askbot_pages.read_page(second)]) == ""
    incomplete = "the question has 2 answers by its own page, 1 are on the saved ones"
    assert completeness_note([askbot_pages.read_page(first)]) == incomplete


def test_what_cannot_be_read_as_a_post_is_kept_with_its_reason():
    page = question(31, "Eggs", 7, "2013-04-01 08:00:00 -0600", comment("x", 8, "2013-04-01 08:00:00 -0600"),
                    answers=[answer(32, 8, "yesterday"), answer(33, 8, "2013-04-01 08:00:00 -0600")])  # fmt: skip
    found = rows(page)
    assert sorted(row["quarantine"] for row in found if row["quarantine"]) == [
        "no number stands at the comment", "no time stands at the answer",
    ]  # fmt: skip
    assert len(found) == 4
    assert all(row["sent_at"] is None and row["class"] is None for row in found if row["quarantine"])
    strange = [listed(41, LATE_MARCH), 7, None, {}, listed("x", LATE_MARCH), listed(42, "soon"), listed(43, 10**11)]
    found = rows(listing(*strange))
    assert Counter(row["quarantine"] for row in found) == {
        None: 2, "no number stands at the question": 4, "no time stands at the question": 1
    }  # fmt: skip
    assert sorted(row["date_quality"] for row in found if not row["quarantine"]) == ["arrived", "none"]


def test_a_post_whose_author_is_not_named_has_none():
    page = question(51, "Wiki", 7, "2013-04-01 08:00:00 -0600").replace(b'<div class="user-card">', b"<div>")
    page = page.replace(b'<div class="user-info">', b"<div>")
    (row,) = rows(page)
    assert (row["sender_address_key"], row["sender_quality"], row["quarantine"]) == (None, "missing", None)


WRONG = {
    "login": (SIGN_IN, 'a web page called "Sign in" came instead of a page of a question'),
    "two questions": (SONG.replace(b"<h2 id", SONG + b"<h2 id"), "came instead of a page of a question"),
    "no json": (b"{", "neither a page of a question nor an answer of the API"),
    "deep": (b"[" * 100_000, "neither a page of a question nor an answer of the API"),
    "list": (b"[]", "neither a page of a question nor an answer of the API"),
    "nobody's question": (b'{"id": 7, "added_at": "1"}', "neither a page of a question nor an answer of the API"),
    "uncounted": (json.dumps({"questions": [], "pages": 1}).encode(), "does not say how many questions the site has"),
    "counted wrongly": (json.dumps({"questions": [], "pages": 1, "count": -1}).encode(), "does not say how many"),
    "two sites": (listing(listed(1, 1), listed(2, 2, url=f"{SITE}.uk/en/question/2/x/")), "several sites"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "reason"), WRONG.values(), ids=WRONG)
def test_any_other_page_is_refused_with_its_reason(page, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        askbot_pages.read_page(page)


@given(st.data())
def test_a_page_cut_anywhere_is_read_or_refused_and_no_post_is_lost_in_silence(data):
    page = data.draw(st.sampled_from([SONG, listing(listed(1, LATE_MARCH), listed(2, LATE_MARCH))]))
    cut = page[: data.draw(st.integers(0, len(page)))] + data.draw(st.binary(max_size=20))
    try:
        told = askbot_pages.read_page(cut)
    except ValueError:
        return
    found = askbot_pages.message_rows([told], ALWAYS, KEYED)
    assert found.num_rows == len(askbot_pages.posts_of([told]))


# ---- real pages ------------------------------------------------------------------------------------------------


@NEEDS_SAMPLES
@pytest.mark.parametrize(("file", "kinds", "stated"), [
    ("html_24396_multipage_openstack.html", {"question": 1, "answer": 10}, 31),
    ("html_24396_multipage_2_openstack.html", {"question": 1, "answer": 10}, 31),
    ("html_26830_comments_question_openstack.html", {"question": 1, "answer": 3, "comment": 7}, 3),
    ("api_24396_openstack.json", {"question": 1}, 31),
    ("askbot_api_questions.json", {"question": 1}, 2),
])  # fmt: skip
def test_real_pages_are_read_to_what_they_state(file, kinds, stated):
    content = (SHARED / file).read_bytes()
    told = askbot_pages.read_page(content)
    assert (Counter(post.kind for post in told.posts), told.stated) == (kinds, stated)
    assert not [post for post in told.posts if post.problem or post.account is None]
    text = content.decode(errors="replace")
    comments = [n for n in re.findall(r'id="post-id-(\d+)" class="comment', text) if n != "0"]
    answers = re.findall(r'<a name="(\d+)"></a>', text)
    assert {str(p.number) for p in told.posts if p.kind != "question"} == {*comments, *answers}


@NEEDS_SAMPLES
def test_two_real_pages_of_four_hold_twenty_of_thirty_one_answers():
    pages = [(SHARED / f"html_24396_multipage{number}_openstack.html").read_bytes() for number in ("", "_2")]
    assert len(rows(*pages)) == 21
    assert completeness_note([askbot_pages.read_page(page) for page in pages]) == (
        "the question has 31 answers by its own page, 20 are on the saved ones"
    )
