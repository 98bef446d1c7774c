"""The reviewed rules that tell the mail of machines from that of people; see machines.toml."""

import csv
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from pipelines.folders import RULES

RULES_FILE = RULES / "bots-mail.toml"
MEASURED_FILE = RULES / "bots-mail-measured.csv"
HUMAN = "human"
CLASSES = (HUMAN, "unsure", "tracker", "review", "build", "commit", "announcement", "auto-reply", "system")


@dataclass(frozen=True)
class Rule:
    """One rule: the class it gives, and the one thing it looks at; all in lower case."""

    id: str
    kind: str
    evidence: str
    reviewed: date
    addresses: tuple[str, ...] = ()
    host: str = ""
    header: str = ""
    value: str = ""
    subject: str = ""
    accounts: tuple[str, ...] = ()
    post_types: tuple[int, ...] = ()


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
    """Read the rules; raises KeyError, TypeError or ValueError for one that is not as the file says."""
    rules = []
    for facts in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]:
        lists = {key: tuple(facts.get(key, ())) for key in ("addresses", "accounts", "post_types")}
        told = facts | {"kind": facts["class"]} | lists
        del told["class"]
        rule = Rule(**told | {"header": facts.get("header", "").lower()})
        looks_at = [rule.addresses, rule.host, rule.header, rule.subject, rule.accounts, rule.post_types]
        if rule.kind not in CLASSES or sum(map(bool, looks_at)) != 1:
            raise ValueError(f"{rule.id}: a rule has one class of {CLASSES} and looks at one thing")
        rules.append(rule)
    return MailBots(tuple(rules))


@dataclass(frozen=True)
class Measured:
    """How the rules did on one list, of messages that were labelled by tests/labelling/RULES.md.

    `kind` is a class, or machine: all of them together. `labelled` messages are of it, `told` the
    rules say so of, `right` are both; `read` of the list's messages were read by eye.
    """

    list: str
    system: str
    kind: str
    messages: int
    labelled: int
    told: int
    right: int
    read: int
    measured: date


def measured(path: Path = MEASURED_FILE) -> list[Measured]:
    """Read the figures; raises KeyError or ValueError for a line that is not as the head says."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_measured(row) for row in rows]


def _measured(row: dict[str, str]) -> Measured:
    messages, labelled, told, right, read = (int(row[n]) for n in ("messages", "labelled", "told", "right", "read"))
    day = date.fromisoformat(row["measured"])
    return Measured(row["list"], row["system"], row["kind"], messages, labelled, told, right, read, day)
