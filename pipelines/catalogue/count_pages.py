"""The kinds of source that state dated counts: which pages each has, and what a page is called.

One url of such a source is one page, which is asked once a day. A unit is a page and a day,
`members-2026-11-24`; its file is never written again.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from pipelines.model import Visit

DAY = r"-\d{4}-\d\d-\d\d"
_DATED = re.compile(rf"(?P<page>.+){DAY}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,255}")
FORUMS = ("discourse",)
GITHUB_TOKENS = ("STACKRANK_GITHUB_TOKEN", "GITHUB_TOKEN")
"""The variables of the environment that may hold a token for GitHub; the first one that is set is used."""


class Form(NamedTuple):
    """What the path of a page looks like, its groups being the page's name, and how that is said."""

    path: re.Pattern[str]
    said: str


_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"
FORMS: Mapping[str, Form] = {
    "asf": Form(
        re.compile(r".*/(groups|public_ldap_projects|committee-info)\.json"),
        "groups.json, public_ldap_projects.json or committee-info.json",
    ),
    "github": Form(
        re.compile(rf".*/(?:repos/({_NAME})/({_NAME})(?:/(contributors))?|orgs/({_NAME})/(public_members))"),
        "repos/OWNER/NAME, repos/OWNER/NAME/contributors or orgs/NAME/public_members",
    ),
    "launchpad": Form(
        re.compile(r".*/~([a-z0-9][a-z0-9+.-]{0,99})/(members|participants)"),
        "~TEAM/members or ~TEAM/participants",
    ),
    "openinfra": Form(re.compile(r".*/(?:members/all/(companies)|(members))"), "members or members/all/companies"),
}
BESIDE = {"openinfra": ("joined",)}
"""The pages that a kind asks beside those of its urls."""
KINDS = tuple(FORMS)
"""The kinds whose sources state counts and nothing else: they have no months."""


def page(kind: str, path: str) -> str:
    """Return the name of the page at a path, `owner__name__contributors`; raises ValueError if it is none."""
    found = FORMS[kind].path.fullmatch(path)
    if not found or ".." in path:
        raise ValueError(f"a page of kind {kind} ends in {FORMS[kind].said}")
    return "__".join(filter(None, found.groups()))


def unit(page: str, day: date) -> str:
    """Return the unit of a page on a day."""
    return f"{page}-{day}"


def unit_without_day(visit: Visit) -> str:
    """Return what is visited every day: of a unit that is a page and a day the page, else the unit itself."""
    dated = _DATED.fullmatch(visit.unit) if visit.kind in (*KINDS, *FORUMS) else None
    return dated["page"] if dated else visit.unit


def github_token(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the variable that holds a token for GitHub, and the token; None where there is none, or what is none."""
    found = next(((name, environ[name]) for name in GITHUB_TOKENS if environ.get(name)), None)
    return found if found and _TOKEN.fullmatch(found[1]) else None
