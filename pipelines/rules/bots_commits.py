"""The reviewed rules that tell the accounts of bots that commit; see data/rules/bots-commits.toml."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import ConfigDict, with_config

from pipelines.catalogue.field_types import Day, OneLine, TomlTable, blocks, distinct
from pipelines.catalogue.toml_files import read_toml
from pipelines.folders import RULES
from pipelines.privacy.pseudonyms import decode, fold_address, fold_name

RULES_FILE = RULES / "bots-commits.toml"
CONDITIONS = {"name": "the name {value}", "address": "the address {value}", "name_suffix": "names that end in {value}"}


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Rule:
    """One rule: a whole folded name, a whole folded address, or a reserved suffix of a name."""

    id: OneLine
    evidence: OneLine
    reviewed: Day
    name: OneLine | None = None
    address: OneLine | None = None
    name_suffix: OneLine | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a rule that looks at nothing, or at more than one thing."""
        if len([key for key in CONDITIONS if getattr(self, key)]) != 1:
            raise ValueError(f"rule {self.id!r:.80} must have one of {', '.join(CONDITIONS)}")

    @property
    def condition(self) -> str:
        """What the rule looks at, as a phrase."""
        return next(phrase.format(value=own) for key, phrase in CONDITIONS.items() if (own := getattr(self, key)))


class CommitBotsFile(TomlTable):
    """The content of bots-commits.toml."""

    rule: Annotated[tuple[Rule, ...], blocks("rule"), distinct("id")]


class CommitBots(NamedTuple):
    """The reviewed rules, by what they look at."""

    names: dict[str, str]
    addresses: dict[str, str]
    suffixes: dict[str, str]

    def rule(self, name: bytes, address: bytes) -> str | None:
        """Return the id of the rule by which this account is a bot, else None."""
        folded = fold_name(decode(name))
        by_suffix = (rule for suffix, rule in self.suffixes.items() if folded.endswith(suffix))
        return self.names.get(folded) or self.addresses.get(fold_address(decode(address))) or next(by_suffix, None)


def load_commit_bots(rules_file: Path = RULES_FILE) -> CommitBots:
    """Return the rules of a file by what they look at; raises WrongFileError."""
    rules = read_toml(rules_file, CommitBotsFile).rule
    names, addresses, suffixes = ({own: rule.id for rule in rules if (own := getattr(rule, key))} for key in CONDITIONS)
    return CommitBots(names, addresses, suffixes)


def rows(rules_file: Path = RULES_FILE) -> list[dict[str, str | date]]:
    """Return the rules as rows of raw.commit_bot_rules."""
    rules = read_toml(rules_file, CommitBotsFile).rule
    return [
        {"id": rule.id, "condition": rule.condition, "evidence": rule.evidence, "reviewed": rule.reviewed}
        for rule in rules
    ]
