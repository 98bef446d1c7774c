"""The spider of kind `askbot`: questions and answers of Askbot, as ask.openstack.org was, from saved pages.

The saved pages of a question are the unit `question-ID`: the question, its answers and comments as
messages. A page of the list of questions, out of the site's API, is a unit of its file's name, and
states how many questions there are. The reading half below the spider knows no network and no clock.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from scrapy.selector import Selector

from pipelines.landing.schemas import MESSAGES
from pipelines.landing.store import Harvest
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.rules import bots_mail
from spiders.core.budget import host_of
from spiders.core.pages import counted, fault, is_html, midnight, web_page
from spiders.core.saved_pages import SavedSpider, content_of, shown, unit_named
from spiders.core.text import base_subject

QUESTION = re.compile(r"https?://([a-z0-9.-]+)(?::\d+)?/(?:[a-z-]+/)?question/(\d{1,12})/", re.I)
USER = re.compile(r"/users/(\d{1,12})/")
ANSWERS = re.compile(r"\s*(\d{1,9})\s+answers?\b", re.I)
SECONDS = re.compile(r"\d{1,12}")
LARGEST_NUMBER = 10**12


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
    def wrong(self) -> str | None:
        """Why it cannot be read as a post; None where it can."""
        if self.number is None:
            return f"no number stands at the {self.kind}"
        return f"no time stands at the {self.kind}" if self.at is None else None


class Page(NamedTuple):
    """What a page tells: the site, the question it is of (None: it lists questions), its posts.

    `stated` is how many answers, or questions, there are by its own words (None: it does not say), on `pages` pages.
    """

    site: str
    question: int | None
    posts: list[Post]
    stated: int | None
    pages: int = 1


class Saved(NamedTuple):
    """A file with what it tells."""

    file: Path
    content: bytes
    page: Page


class AskbotSpider(SavedSpider):
    """Puts the pages of each question together, and takes lists of questions for themselves."""

    name = "askbot"
    kind = "askbot"
    reader = "askbot/1"

    def saved(self, source: Source, files: list[Path]) -> Iterator[Harvest | Visit]:
        """Yield the questions and the lists of questions, then what the largest list states."""
        units: dict[str, list[Saved]] = defaultdict(list)
        for file in files:
            try:
                content = content_of(file)
                told = page(content)
                check_site(told, source)
            except (OSError, ValueError) as error:
                yield self.useless(source, file, str(error))
            except Exception as error:
                yield self.useless(source, file, fault(error))
            else:
                unit = unit_named(file) if told.question is None else f"question-{told.question}"
                units[unit].append(Saved(file, content, told))
        for unit, saved in units.items():
            try:
                yield self.unit(source, unit, saved)
            except Exception as error:
                yield self.stopped(source, unit, shown(saved[0].file), error)
        lists = [one for saved in units.values() for one in saved if one.page.question is None]
        if lists:
            largest = max(lists, key=lambda one: one.page.stated or 0)
            row = {"month": None, "messages": largest.page.stated, "url": shown(largest.file)}
            yield self.totals(source, largest.file, largest.content, [row])

    def unit(self, source: Source, unit: str, saved: list[Saved]) -> Harvest | Visit:
        """Return the harvest of the pages of one question, or of one list of questions."""
        pages = [one.page for one in saved]
        files, contents = [one.file for one in saved], [one.content for one in saved]
        visit = self.started(source, unit, files, contents, told(pages))
        if visit.verdict == Verdict.UNCHANGED:
            return visit
        remarks: list[str] = []
        believed = midnight(source.since), visit.seen_at + timedelta(days=1)
        batches = counted([rows(pages, believed, self.pseudonyms)], None, remarks)
        return Harvest(visit=visit, fetched_in=0.0, schema=MESSAGES, batches=batches, tags=[], notes=remarks)


def check_site(page: Page, source: Source) -> None:
    """Raise ValueError for a page of another site than the one that the catalogue names."""
    if source.urls and page.site and page.site not in map(host_of, source.urls):
        raise ValueError("the page is of another site")


def told(pages: list[Page]) -> str:
    """Say how much of what the pages state stands on them; nothing where that is all."""
    first, posts = pages[0], posts_of(pages)
    if first.question is None:
        here = f"{len(posts):,} of them on this one"
        return f"the site has {first.stated:,} questions on {first.pages:,} pages by its own words, {here}"
    answers, total = sum(post.kind == "answer" for post in posts), max((page.stated or 0) for page in pages)
    if answers >= total:
        return ""
    return f"the question has {total:,} answers by its own page, {answers:,} are on the saved ones"


def posts_of(pages: Iterable[Page]) -> list[Post]:
    """Return the posts of all pages; one that is repeated on each page of its question once."""
    found: dict[object, Post] = {}
    for place, page in enumerate(pages):
        for number, post in enumerate(page.posts):
            key = (place, number) if post.number is None else post.number
            if key not in found or found[key].wrong:
                found[key] = post
    return list(found.values())


def rows(pages: list[Page], believed: tuple[datetime, datetime], pseudonyms: Pseudonyms) -> pa.RecordBatch:
    """Return a batch of MESSAGES, one row for each post; a time outside of `believed` is nobody's."""
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
        "quarantine": post.wrong,
    }
    if post.wrong:
        return known | {"is_reply": False}
    at = post.at.astimezone(UTC).replace(tzinfo=None) if post.at else None
    plausible = post.at is not None and believed[0] <= post.at <= believed[1]
    numbers = [number for number in dict.fromkeys((post.question, post.parent)) if number is not None]
    parents = [_named(site, number, pseudonyms) for number in numbers if number != post.number]
    account = None if post.account is None else pseudonyms.key("account", f"{site}/{post.account}".encode())
    return known | {
        "message_id_key": _named(site, post.number, pseudonyms),
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


def _named(site: str, number: int | None, pseudonyms: Pseudonyms) -> str | None:
    """Return the fingerprint of a post's name: questions, answers and comments of a site share their numbers."""
    return pseudonyms.key("message id", f"{site}/post/{number}".encode())


def page(content: bytes) -> Page:
    """Read a page of a question, or an answer of the API: one question, or a list of them.

    Raises ValueError for any other page.
    """
    return _of_web(content) if is_html(content) else _of_api(content)


# ---- pages of a question ---------------------------------------------------------------------------------------


def _of_web(content: bytes) -> Page:
    text = content.decode("utf-8", "replace")
    tree = Selector(text=text, type="html")
    asked = tree.css("div.js-question[data-post-id]")
    address = QUESTION.search(tree.css("link[rel=canonical]::attr(href)").get(""))
    if len(asked) != 1 or address is None:
        raise ValueError(web_page(content, "a page of a question"))
    question, title = int(address[2]), " ".join(tree.css("h1 a::text").get("").split())
    posts = [_post("question", asked[0], question, None, title)]
    posts += [_post("answer", one, question, question, title) for one in tree.css("div.answer[data-post-id]")]
    # Every page has one comment more, number 0 and beside no post: the form out of which new ones are made.
    posts += [_comment(one, question, title) for one in tree.css("[data-parent-post-id] div.js-comment")]
    said = ANSWERS.match("".join(tree.css("#questionCount::text").getall()))
    pages = _number(tree.css(".paginator::attr(data-num-pages)").get()) or 1
    return Page(address[1].lower(), question, posts, int(said[1]) if said else None, pages)


def _post(kind: str, box: Selector, question: int, parent: int | None, title: str) -> Post:
    """Read a question or an answer: the first note beside it says who wrote it when, later ones who changed it."""
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
    """Return a number that a page gives as text or as a number, None where it is none."""
    if isinstance(text, str) and SECONDS.fullmatch(text.strip()) and text.isascii():
        return int(text)
    return text if type(text) is int and 0 <= text < LARGEST_NUMBER else None


def _account(link: str | None) -> int | None:
    found = USER.search(link or "")
    return int(found[1]) if found else None


def _moment(text: str | None) -> datetime | None:
    """Return the time that a page writes like `2013-03-26 01:09:38 -0600`; None where there is none."""
    try:
        return datetime.strptime((text or "").strip(), "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None


# ---- answers of the API ----------------------------------------------------------------------------------------


def _of_api(content: bytes) -> Page:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    known: dict[str, Any] = answer if isinstance(answer, dict) else {}
    listed = known.get("questions")
    if isinstance(listed, list):
        return _list(known, listed)
    post, site = _asked(known)
    if site is None or post.number is None:
        raise ValueError("what is in it is neither a page of a question nor an answer of the API")
    return Page(site, post.number, [post], _number(known.get("answer_count")))


def _list(answer: dict[str, Any], listed: list[object]) -> Page:
    count, pages = _number(answer.get("count")), _number(answer.get("pages"))
    if count is None or pages is None:
        raise ValueError("the list does not say how many questions the site has")
    asked = [_asked(one if isinstance(one, dict) else {}) for one in listed]
    sites = {site for _, site in asked if site}
    if len(sites) > 1:
        raise ValueError("the questions of the list are of several sites")
    return Page(next(iter(sites), ""), None, [post for post, _ in asked], count, pages)


def _asked(one: dict[str, Any]) -> tuple[Post, str | None]:
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
