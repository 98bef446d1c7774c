"""The reviewed rules that tell the mail of bots from that of people; see data/rules/bots-mail.toml."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, Strict, with_config

from pipelines.catalogue.field_types import FILLED, Day, Folded, OneLine, OneOf, Texts, TomlTable, blocks, distinct
from pipelines.catalogue.toml_files import read_toml
from pipelines.folders import RULES

RULES_FILE = RULES / "bots-mail.toml"
MEASURED_FILE = RULES / "bots-mail-measured.csv"
HUMAN = "human"
CONDITIONS = ("addresses", "host", "header", "subject", "accounts", "post_types")
PHRASES = {
    "header": "header {value}",
    "host": "addresses of {value}",
    "accounts": "accounts {value} of a forum",
    "post_types": "post_type {value}",
    "subject": "subject {value}",
}
"""The phrase of each condition; addresses stand without one."""
CLASSES = (HUMAN, "unsure", "tracker", "review", "build", "commit", "announcement", "auto-reply", "system")


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Rule:
    """One rule: the class it gives, and the one thing it looks at; all in lower case."""

    id: OneLine
    kind: Annotated[OneLine, OneOf("class", CLASSES), Field(alias="class")]
    evidence: OneLine
    reviewed: Day
    addresses: Texts = ()
    host: Folded = ""
    header: Folded = ""
    value: OneLine = ""
    subject: Folded = ""
    accounts: Texts = ()
    post_types: Annotated[tuple[Annotated[int, Strict()], ...], FILLED] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a rule that looks at nothing, or at more than one thing."""
        looks_at = [getattr(self, key) for key in CONDITIONS]
        if sum(map(bool, looks_at)) != 1:
            raise ValueError(f"rule {self.id!r:.80} must have one of {', '.join(CONDITIONS)}")

    @property
    def condition(self) -> str:
        """What the rule looks at, as a phrase."""
        looks_at = {
            "header": f"{self.header}: {self.value}" if self.value else self.header,
            "host": self.host,
            "accounts": ", ".join(self.accounts),
            "post_types": ", ".join(map(str, self.post_types)),
            "subject": self.subject.strip(),
        }
        said = (PHRASES[key].format(value=value) for key, value in looks_at.items() if value)
        return next(said, ", ".join(self.addresses))


class MailBotsFile(TomlTable):
    """The content of bots-mail.toml."""

    rule: Annotated[tuple[Rule, ...], blocks("rule"), distinct("id")]


@dataclass(frozen=True)
class MailBots:
    """All rules, in the order of the file."""

    rules: tuple[Rule, ...]

    @cached_property
    def _addresses(self) -> dict[str, Rule]:
        return {address: rule for rule in self.rules for address in rule.addresses}

    @cached_property
    def _hosts(self) -> dict[str, Rule]:
        return {rule.host: rule for rule in self.rules if rule.host}

    @cached_property
    def headers(self) -> tuple[Rule, ...]:
        """The rules that look at a header."""
        return tuple(rule for rule in self.rules if rule.header)

    @cached_property
    def _subjects(self) -> dict[str, Rule]:
        return {rule.subject: rule for rule in self.rules if rule.subject}

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        return tuple(self._subjects)

    def of_address(self, folded: str) -> Rule | None:
        """Return the rule for a folded address; None where none fits."""
        return self._addresses.get(folded) or self._hosts.get(folded.rpartition("@")[2])

    @cached_property
    def _accounts(self) -> dict[str, Rule]:
        return {account: rule for rule in self.rules for account in rule.accounts}

    @cached_property
    def _post_types(self) -> dict[int, Rule]:
        return {number: rule for rule in self.rules for number in rule.post_types}

    def of_post(self, username: str, user_id: object, post_type: int) -> Rule | None:
        """Return the rule for a forum's post, by who wrote it, else by its type; None where none fits."""
        by_account = self._accounts.get(username.casefold())
        by_account = by_account or (self._accounts.get(str(user_id)) if type(user_id) is int else None)
        return by_account or self._post_types.get(post_type)

    def of_subject(self, subject: str) -> Rule | None:
        """Return the rule for a subject without the tag of its list; None for what begins otherwise."""
        folded = f"{subject.casefold()} "
        if not folded.startswith(self._beginnings):
            return None
        return next(rule for beginning, rule in self._subjects.items() if folded.startswith(beginning))


def load(path: Path = RULES_FILE) -> MailBots:
    """Return the rules of a file; raises WrongFileError."""
    return MailBots(read_toml(path, MailBotsFile).rule)


@dataclass(frozen=True)
class Measured:
    """How the rules did on one list, of messages that were labelled by tests/labelling/RULES.md.

    `kind` is a class, or bot: all classes together. `labelled` messages are of this kind by their labels, `predicted`
    by the rules, `agreed` by both. A person read `reviewed` of the messages of the list.
    """

    list: str
    system: str
    kind: str
    messages: int
    labelled: int
    predicted: int
    agreed: int
    reviewed: int
    measured: date


def measured(path: Path = MEASURED_FILE) -> list[Measured]:
    """Read the figures; raises KeyError or ValueError for a line that is not as the head says."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_measured(row) for row in rows]


def _measured(row: dict[str, str]) -> Measured:
    counts = {name: int(row[name]) for name in ("messages", "labelled", "predicted", "agreed", "reviewed")}
    day = date.fromisoformat(row["measured"])
    return Measured(list=row["list"], system=row["system"], kind=row["kind"], measured=day, **counts)
