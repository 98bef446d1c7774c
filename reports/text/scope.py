"""Say what is compared: how many platforms, and how much of each is read."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.text.formats import join_and
from reports.text.language import gettext

Row = Mapping[str, Any]

NAMED = 3
NUMBERS = (
    gettext("no"), gettext("one"), gettext("two"), gettext("three"), gettext("four"), gettext("five"), gettext("six"),
    gettext("seven"), gettext("eight"), gettext("nine"), gettext("ten"), gettext("eleven"), gettext("twelve"),
)  # fmt: skip
PLATFORMS = gettext("{Number} open-source cloud platforms.")
REPOSITORIES = gettext("Code: {parts}.")
LISTS = gettext("Talk: {parts}.")
WORDS = {
    "repositories": (gettext("{number} core repository of {name}"), gettext("{number} core repositories of {name}")),
    "lists": (gettext("{number} list or forum of {name}"), gettext("{number} lists and forums of {name}")),
}
ALL_LISTS = gettext("Talk: {number} lists and forums.")
EACH = {"repositories": gettext("one core repository of each"), "lists": gettext("one list or forum of each")}
READ = {
    "code": {"repositories": REPOSITORIES},
    "talk": {"lists": LISTS},
    "people": {"repositories": REPOSITORIES, "lists": ALL_LISTS},
    "overall": {"repositories": REPOSITORIES, "lists": ALL_LISTS},
}


def scope_text(family: str, rows: Sequence[Row]) -> str:
    """Return how many platforms are compared and what is read of each; `rows` are of `queries/ranking/scope.sql`."""
    platforms: str = PLATFORMS.format(Number=number_word(len(rows)).capitalize()) if len(rows) > 1 else ""
    read = [_read(what, said, rows) for what, said in READ[family].items() if any(row[what] for row in rows)]
    return " ".join(said for said in (platforms, *read) if said)


def _read(what: str, said: str, rows: Sequence[Row]) -> str:
    return said.format(parts=_parts(what, rows), number=number_word(sum(row[what] for row in rows)))


def _parts(what: str, rows: Sequence[Row]) -> str:
    """Return who has more than one, the most first, and that each other has one."""
    one, many = WORDS[what]
    with_more = sorted((row for row in rows if row[what] > 1), key=lambda row: -row[what])
    with_one = [row for row in rows if row[what] == 1]
    if not with_more and len(with_one) > 1:
        return EACH[what]
    said = [many.format(number=number_word(row[what]), name=row["name"]) for row in with_more[:NAMED]]
    if len(with_one) == 1:
        said.append(one.format(number=number_word(1), name=with_one[0]["name"]))
    elif with_one:
        said.append(gettext("one of each other") if len(with_more) <= NAMED else gettext("one or more of each other"))
    return join_and(said)


def number_word(number: int) -> str:
    """Return a number up to twelve as a word, and a larger one in digits."""
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"
