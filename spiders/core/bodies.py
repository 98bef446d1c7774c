"""Recognise what an answer's body is: a web page, a JSON object, or a text that may be repeated in a reason."""

import json
import re
from typing import Any

from pipelines.model import ReasonCode
from spiders.core.verdicts import NoPageError

TITLE = re.compile(rb"<title[^<>]*+>([^<]++)</title>", re.I)
MAX_TITLE = 80
WORD = re.compile(r"[^\W\d]+")
WORDS = """
a access again an and api archive archived archives are at attention authentication authorization bad being
blocked bot browser by captcha challenge checking cloudflare connection cookies date denied disabled does
download enable error exist export for forbidden format found gateway gone have human in internal invalid is
javascript just limit list lists log login mailing maintenance making many method missing moment moved no not
object of off offline on one oops page permanently permission please proxy rate request requests required robot
robots s seconds security server service sign signed site something sorry such sure t temporarily the there this
timeout to too try unauthorized unavailable under unknown up verification verify verifying wait wall went wrong
you your
"""
SAFE_WORDS = frozenset(WORDS.split())
"""A title or sentence of a server is repeated only if it has no other words: the subject of a message has others."""


def is_html(page: bytes) -> bool:
    """Tell whether a body is a web page, whatever its content type says."""
    return page[:1000].lstrip()[:1] == b"<"


def web_page_reason(page: bytes, expected: str) -> str:
    """Return the sentence for a web page that came instead of what was expected."""
    return f"a web page{title_in_words(page)} came instead of {expected}: a login, an error, or a wall against robots"


def title_in_words(page: bytes) -> str:
    """Return the title of a web page as ` called "..."`; "" where it may name a person or repeat a subject."""
    found = TITLE.search(page[:20_000])
    title = " ".join(found[1].decode("utf-8", "replace").split()) if found else ""
    return f' called "{title}"' if 0 < len(title) <= MAX_TITLE and names_nobody(title) else ""


def names_nobody(text: str) -> bool:
    """Tell whether a text has SAFE_WORDS only, so that it can be repeated."""
    return SAFE_WORDS.issuperset(WORD.findall(text.lower()))


def json_object(body: bytes, what: str) -> dict[str, Any]:
    """Return a body that is a JSON object; raises NoPageError for any other."""
    if is_html(body):
        raise NoPageError(ReasonCode.WEB_PAGE, web_page_reason(body, what))
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, f"what came is not {what}")
    return found
