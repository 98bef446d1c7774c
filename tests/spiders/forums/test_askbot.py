"""Pages that somebody saved of a site for questions: written ones in Askbot's form, and real ones where they lie."""

import gzip
import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from time import sleep

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tables_on_demand import ask, build_tables

from flows.cli import main
from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import units
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.visits import read_visits
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.forums import askbot_pages
from spiders.forums.askbot import completeness_note

SHARED = CHECKOUT.parent / "shared" / "payloads" / "askbot"
NEEDS_SAMPLES = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no samples of real pages in {SHARED}")
KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
ALWAYS = datetime(2005, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
SIGN_IN = b"<html><head><title>Sign in</title></head></html>"
SITE = "https://ask.birds.example.org"
CATALOGUE = """name = "Birds"
homepage = "https://birds.example.org/"
born = 2005-01-01

[[sources]]
name = "ask"
kind = "askbot"
since = 2013-03-01
until = 2013-06-30
why = "Where they asked."
audience = "users"
evidence = "It is named on the home page of 2013."
"""


def who(user, name, at, verb="answered"):
    return f"""<div class="post-update-info-container">
        <div class='post-update-info'>
           <p style="line-height:12px;"> <a
              href="/en/answers/1/revisions/" >{verb} <strong><abbr class="timeago" title="{at}">
              {at}
           </abbr></strong></a> </p>
           <div class="user-card"> <a class="js-avatar-box" href="/en/users/{user}/{name}/"><img class="js-avatar"
              src="//avatar.example.org/x" title="{name}" /></a>
              <div class="user-info"> <a href="/en/users/{user}/{name}/">{name}</a> <br/> </div> </div>
        </div>
        <div class='post-update-info'>
           <p> <a href="/en/x/revisions/" >updated <strong><abbr
              class="timeago" title="2014-01-01 00:00:00 -0600">x</abbr></strong></a></p>
           <div class="user-card"><div class="user-info"> <a href="/en/users/99/somebody-else/">x</a> </div></div>
        </div></div>"""


def comment(number, user, at, attribute="data-comment-id"):
    return f"""<div id="post-id-{number}" class="comment js-comment" {attribute}="{number}">
        <div class="comment-content">
        <div class="comment-body"><p>So it is.</p></div>
        <div class="comment-controls"><a class="js-avatar-box" href="/en/users/{user}/x/"></a><a class="author"
          href="/en/users/{user}/x/">Wren</a><span class="age">&nbsp;(<abbr
          class="timeago" title="{at}"> {at} </abbr>)</span>
        </div></div></div>"""


def comments(parent, kind, *inside):
    return f"""<div class="comments ordering-forward" data-parent-post-type="{kind}" data-parent-post-id="{parent}">
        <div class="content">{"".join(inside)}</div></div>"""


def answer(number, user, at, *inside):
    return f"""<a name="{number}"></a><div id="post-id-{number}" data-post-id="{number}" class="post answer   ">
        <div class="post-content"><div class="post-body">{who(user, "Finch", at)}<p>It sings at dawn.</p></div>
        {comments(number, "answer", *inside)}</div></div>"""


def question(number, title, user, at, *inside, answers=(), said=None, pages=1):
    total = len(answers) if said is None else said
    return f"""<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title} - Ask Birds</title>
        <link rel="canonical" href="{SITE}/en/question/{number}/{title.lower().replace(" ", "-")}/" /></head><body>
        <div class="post js-question" data-post-id="{number}"><div id="post-id-{number}" class="post-content">
        <h1><a href="/en/question/{number}/x/">{title}</a></h1>
        <div class="post-body">{who(user, "Wren", at, "asked")}<p>Who knows?</p></div>
        {comments(number, "question", *inside)}</div></div>
        <h2 id="questionCount">
                  {total} answer{"" if total == 1 else "s"}
        </h2><div class="pager"><div class="paginator" data-num-pages="{pages}"></div></div>
        {"".join(answers)}
        {comment(0, "", "2016-11-08 07:30:30 -0600")}</body></html>""".encode()


def listed(number, at, user=7, **facts):
    return {
        "id": number, "url": f"{SITE}/en/question/{number}/x/", "title": "Which seeds", "tags": ["seeds"], "score": 1,
        "view_count": 9, "answer_count": 0, "answer_ids": [], "author": {"id": user, "username": "Wren"},
        "added_at": str(at), "last_activity_at": str(at), "summary": "<p>Which?</p>",
    } | facts  # fmt: skip


def listing(*questions, count=4, pages=2):
    return json.dumps({"count": count, "pages": pages, "questions": list(questions)}).encode()


LATE_MARCH = int(datetime(2013, 3, 30, 12, tzinfo=UTC).timestamp())
SONG = question(
    11, "Why does it sing", 7, "2013-03-31 22:00:00 -0600",
    comment(13, 8, "2013-04-01 08:00:00 -0600"),
    answers=[answer(12, 8, "2013-04-02 08:00:00 -0600", comment(15, 7, "2013-05-02 08:00:00 -0600", "data-post-id")),
             answer(14, 9, "2013-04-03 08:00:00 -0600")],
)  # fmt: skip


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


# ---- from saved pages to the metrics ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def given_pages(tmp_path_factory):
    """A folder of saved pages, read by command, twice; then built."""
    top = tmp_path_factory.mktemp("ask")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(CATALOGUE)
    pages = top / "pages of ask"
    (pages / "more").mkdir(parents=True)
    (pages / "song.html").write_bytes(SONG)
    (pages / "more/list-1.json.gz").write_bytes(
        gzip.compress(listing(listed(11, LATE_MARCH), listed(61, LATE_MARCH, 8)))
    )
    (pages / "more/login.html").write_bytes(SIGN_IN)
    (pages / "more/cut.json.gz").write_bytes(gzip.compress(listing())[:-9])
    (pages / "more/it is jane@example.org").write_bytes(b"x")
    (pages / "more/nothing.html").write_bytes(b"")
    (pages / ".hidden").write_bytes(SONG)
    return where, pages


def read(where, path, monkeypatch, capfd):
    for name, value in (("DATA", where.data), ("COMMUNITIES", where.communities), ("KEY", "5e" * 32)):
        monkeypatch.setenv(f"STACKRANK_{name}", str(value))
    sleep(1)  # visits are noted to the second
    status = main(["collect", "--pages", str(path), "--source", "birds/ask"])
    out = capfd.readouterr()
    return status, out.out.strip(), out.err


@pytest.mark.long
def test_saved_pages_become_messages_and_each_useless_file_says_why(given_pages, monkeypatch, capfd):
    where, pages = given_pages
    with pytest.raises(SystemExit):
        main(["collect", "--pages"])
    status, told, complaints = read(where, pages.with_name("nowhere"), monkeypatch, capfd)
    assert (status, "nowhere is neither a file nor a folder" in complaints) == (2, True)
    # A name with blanks cannot be that of a unit, so this folder is given by another one.
    folder = pages.rename(pages.with_name("pages"))
    status, told, complaints = read(where, folder, monkeypatch, capfd)
    assert (status, told) == (3, "3 fetched, 4 failed")
    assert "jane" not in complaints
    visits = {v.unit: v for v in read_visits(where.visits)}
    assert {unit: (str(v.verdict), v.observations) for unit, v in visits.items()} == {
        "question-11": ("ok", 5), "list-1.json.gz": ("ok", 2), "index": ("ok", 1), "login.html": ("failed", None),
        "cut.json.gz": ("failed", None), "a-file-without-a-plain-name": ("failed", None),
        "nothing.html": ("failed", None),
    }  # fmt: skip
    assert visits["list-1.json.gz"].note == (
        "the site has 4 questions on 2 pages by its own words, 2 of them on this one"
    )
    assert (visits["cut.json.gz"].reason, visits["nothing.html"].reason) == (
        "the gzip stream ends early",
        "nothing is in it",
    )
    assert all(
        visit.url.startswith("file://localhost/") and str(folder) not in repr(visit) for visit in visits.values()
    )
    for unit in ("login.html", "cut.json.gz", "nothing.html", "it is jane@example.org"):
        (folder / "more" / unit).unlink()
    assert read(where, folder, monkeypatch, capfd)[:2] == (0, "3 fetched, 0 failed")
    latest = {v.unit: str(v.verdict) for v in read_visits(where.visits)}
    assert {latest[unit] for unit in ("question-11", "list-1.json.gz", "index")} == {"unchanged"}
    assert pq.read_table(where.observations / "birds/ask/index.parquet").to_pylist() == [
        {"month": None, "messages": 4, "url": "file://localhost/list-1.json.gz"}
    ]
    build_tables(where, load_catalogue(where.communities), date(2014, 1, 20))
    months = ask(where, "select strftime(month, '%m'), value from metrics.messages order by 1")
    assert months == [("03", 2.0), ("04", 3.0), ("05", 1.0)], "a question in both counts once, by the earlier time"
    assert ask(where, "select count(*), sum(messages), sum(people) from core.threads") == [(2, 6, 4)]
    states = ask(where, "select strftime(month, '%m'), state, round(covered, 3), units from core.coverage "
                        "where source = 'ask' and month < '2013-07-01' order by 1")  # fmt: skip
    # One of four questions is held, and seen until its newest post, of 2 May.
    assert states == [
        ("03", "partial", 0.25, 1),
        ("04", "partial", 0.25, 1),
        ("05", "partial", 0.013, 1),
        ("06", "gap", 0.0, 1),
    ]
    talk = dict(
        ask(
            where,
            "select strftime(month, '%m'), state from core.channels where family = 'talk' and month < '2013-07-01'",
        )
    )
    assert talk == dict.fromkeys(("03", "04", "05"), "partial") | {"06": "unobserved"}


@pytest.mark.long
def test_where_it_was_is_no_place_to_ask_and_other_sites_are_refused(tmp_path, monkeypatch, capfd):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(CATALOGUE + f'urls = ["{SITE}/"]\n')
    (birds,) = load_catalogue(where.communities)
    assert (birds.sources[0].visited, birds.sources[0].reachable, units(birds.sources[0])) == (
        False,
        False,
        [],
    )
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/song.html").write_bytes(SONG)
    other = listing(listed(1, LATE_MARCH, url="https://ask.fish.example.org/en/question/1/x/"))
    (tmp_path / "saved/fish.json").write_bytes(other)
    status, told, complaints = read(where, tmp_path / "saved", monkeypatch, capfd)
    assert (status, told) == (3, "1 fetched, 1 failed")
    assert "failed: birds/ask: fish.json: failed: the page is of another site" in complaints
    assert (
        "fix: repair the page or leave it out, then: uv run stackrank collect --pages PATH --source birds/ask"
        in complaints
    )


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
