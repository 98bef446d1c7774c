"""Read the pages of a question of Askbot, and the answers of its API, as rows of MESSAGES."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pyarrow as pa
from parsel import Selector

from pipelines.landing.schemas import MESSAGES
from pipelines.model import ReasonCode
from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.rules import bots_mail
from spiders.core.bodies import is_html, web_page_reason
from spiders.core.text import base_subject
from spiders.core.verdicts import UnreadableError

QUESTION = re.compile(r"https?://([a-z0-9.-]+)(?::\d+)?/(?:[a-z-]+/)?question/(\d{1,12})/", re.I)
USER = re.compile(r"/users/(\d{1,12})/")
ANSWERS = re.compile(r"\s*(\d{1,9})\s+answers?\b", re.I)
SECONDS = re.compile(r"\d{1,12}")
MAX_NUMBER = 10**12


class Post(NamedTuple):
    """A question, an answer or a comment.

    `number` is its own, `parent` that of what it answers (None: a question), `question` that of its question;
    `account` is that of its author on the site. None: the page does not say, or says nothing readable.
    """

    kind: str
    number: int | None
    parent: int | None
    question: int | None
    title: str
    at: datetime | None
    account: int | None
    body: str

    @property
    def problem(self) -> str | None:
        """Why it cannot be read as a post; None where it can."""
        if self.number is None:
            return f"no number stands at the {self.kind}"
        return f"no time stands at the {self.kind}" if self.at is None else None


class QuestionPage(NamedTuple):
    """What a page states: the site, its question (None: it lists questions), its posts.

    `stated` is how many answers, or questions, it says there are (None: it does not say), on `pages` pages.
    """

    site: str
    question: int | None
    posts: list[Post]
    stated: int | None
    pages: int = 1


def posts_of(pages: Iterable[QuestionPage]) -> list[Post]:
    """Return the posts of all pages, each once: a question is repeated on each of its pages."""
    found: dict[object, Post] = {}
    for place, page in enumerate(pages):
        for number, post in enumerate(page.posts):
            key = (place, number) if post.number is None else post.number
            if key not in found or found[key].problem:
                found[key] = post
    return list(found.values())


def message_rows(
    pages: list[QuestionPage], believed: tuple[datetime, datetime], pseudonyms: Pseudonyms
) -> pa.RecordBatch:
    """Return a batch of MESSAGES, one row for each post; `sent_at` is empty for a time outside of `believed`."""
    site = pages[0].site
    return pa.RecordBatch.from_pylist(
        [_row(post, site, believed, pseudonyms) for post in posts_of(pages)], schema=MESSAGES
    )


def _row(post: Post, site: str, believed: tuple[datetime, datetime], pseudonyms: Pseudonyms) -> dict[str, Any]:
    text = f"{site} {post.number} {post.at} {post.account} {post.body}"
    known: dict[str, Any] = {
        "content_key": pseudonyms.key("content", text.encode()),
        "is_reply": post.parent is not None,
        "reference_keys": [],
        "size": len(post.body.encode()),
        "quarantine": post.problem,
    }
    return known | ({"is_reply": False} if post.problem else _columns(post, site, believed, pseudonyms))


def _columns(post: Post, site: str, believed: tuple[datetime, datetime], pseudonyms: Pseudonyms) -> dict[str, Any]:
    """Return the columns of a post that can be read."""
    at = post.at.astimezone(UTC).replace(tzinfo=None) if post.at else None
    plausible = post.at is not None and believed[0] <= post.at <= believed[1]
    numbers = [number for number in dict.fromkeys((post.question, post.parent)) if number is not None]
    parents = [_message_id_key(site, number, pseudonyms) for number in numbers if number != post.number]
    account = None if post.account is None else pseudonyms.key("account", f"{site}/{post.account}".encode())
    return {
        "message_id_key": _message_id_key(site, post.number, pseudonyms),
        "sent_at": at if plausible else None,
        "date_quality": "arrived" if plausible else "none",
        "arrived_at": at,
        "sender_address_key": account,
        "sender_quality": "account" if account else "missing",
        "subject_key": pseudonyms.key("subject", base_subject(post.title)[0].encode()),
        "in_reply_to_key": parents[-1] if parents else None,
        "reference_keys": parents,
        "class": bots_mail.HUMAN,
    }


def _message_id_key(site: str, number: int | None, pseudonyms: Pseudonyms) -> str | None:
    """Return the fingerprint of a post's id: questions, answers and comments of a site share their numbers."""
    return pseudonyms.key("message id", f"{site}/post/{number}".encode())


def read_page(content: bytes) -> QuestionPage:
    """Read a page of a question, or an answer of the API: one question, or a list of them.

    Raises ValueError for any other page.
    """
    return _of_web(content) if is_html(content) else _of_api(content)


# ---- pages of a question ---------------------------------------------------------------------------------------


def _of_web(content: bytes) -> QuestionPage:
    text = content.decode("utf-8", "replace")
    tree = Selector(text=text, type="html")
    asked = tree.css("div.js-question[data-post-id]")
    address = QUESTION.search(tree.css("link[rel=canonical]::attr(href)").get(""))
    if len(asked) != 1 or address is None:
        raise UnreadableError(ReasonCode.WEB_PAGE, web_page_reason(content, "a page of a question"))
    question, title = int(address[2]), " ".join(tree.css("h1 a::text").get("").split())
    posts = [_post("question", asked[0], question, None, title)]
    posts += [_post("answer", one, question, question, title) for one in tree.css("div.answer[data-post-id]")]
    # Every page has one more comment, number 0 and beside no post: the form for new comments.
    posts += [_comment(one, question, title) for one in tree.css("[data-parent-post-id] div.js-comment")]
    stated = ANSWERS.match("".join(tree.css("#questionCount::text").getall()))
    pages = _number(tree.css(".paginator::attr(data-num-pages)").get()) or 1
    return QuestionPage(address[1].lower(), question, posts, int(stated[1]) if stated else None, pages)


def _post(kind: str, box: Selector, question: int, parent: int | None, title: str) -> Post:
    """Read a question or an answer: the first note beside it names author and time, later ones tell of changes."""
    first = box.xpath("(.//div[contains(concat(' ', @class, ' '), ' post-update-info ')])[1]")
    body = " ".join(box.css("div.post-body > p").getall())
    return Post(
        kind, _number(box.attrib.get("data-post-id")), parent, question, title,
        _moment(first.css("abbr.timeago::attr(title)").get()),
        _account(first.css(".user-info a::attr(href)").get()), body,
    )  # fmt: skip


def _comment(box: Selector, question: int, title: str) -> Post:
    parent = box.xpath("ancestor::div[@data-parent-post-id][1]/@data-parent-post-id").get()
    named = box.attrib.get("data-comment-id") or box.attrib.get("data-post-id")  # the latter in later versions
    return Post(
        "comment", _number(named), _number(parent) or question, question, title,
        _moment(box.css("span.age abbr.timeago::attr(title)").get()),
        _account(box.css("a.author::attr(href)").get()), " ".join(box.css("div.comment-body").getall()),
    )  # fmt: skip


def _number(text: object) -> int | None:
    """Return a number that a page gives as text or as a number; None for anything else."""
    if isinstance(text, str) and SECONDS.fullmatch(text.strip()) and text.isascii():
        return int(text)
    return text if type(text) is int and 0 <= text < MAX_NUMBER else None


def _account(link: str | None) -> int | None:
    found = USER.search(link or "")
    return int(found[1]) if found else None


def _moment(text: str | None) -> datetime | None:
    """Return the time of a text like `2013-03-26 01:09:38 -0600`; None for any other text."""
    try:
        return datetime.strptime((text or "").strip(), "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None


# ---- answers of the API ----------------------------------------------------------------------------------------


def _of_api(content: bytes) -> QuestionPage:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    known: dict[str, Any] = answer if isinstance(answer, dict) else {}
    listed = known.get("questions")
    if isinstance(listed, list):
        return _list(known, listed)
    post, site = _question(known)
    if site is None or post.number is None:
        raise ValueError("what is in it is neither a page of a question nor an answer of the API")
    return QuestionPage(site, post.number, [post], _number(known.get("answer_count")))


def _list(answer: dict[str, Any], listed: list[object]) -> QuestionPage:
    count, pages = _number(answer.get("count")), _number(answer.get("pages"))
    if count is None or pages is None:
        raise ValueError("the list does not say how many questions the site has")
    asked = [_question(one if isinstance(one, dict) else {}) for one in listed]
    sites = {site for _, site in asked if site}
    if len(sites) > 1:
        raise ValueError("the questions of the list are of several sites")
    return QuestionPage(next(iter(sites), ""), None, [post for post, _ in asked], count, pages)


def _question(one: dict[str, Any]) -> tuple[Post, str | None]:
    """Read a question of the API; return its site too, None where its url does not say one."""
    number, author, address = _number(one.get("id")), one.get("author"), QUESTION.match(str(one.get("url")))
    account = _number(author.get("id")) if isinstance(author, dict) else None
    title, summary = (str(one.get(key) or "") for key in ("title", "summary"))
    post = Post("question", number, None, number, title, _at(_number(one.get("added_at"))), account, summary)
    return post, address[1].lower() if address else None


def _at(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
