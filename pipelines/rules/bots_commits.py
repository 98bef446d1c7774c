"""The reviewed rules that tell accounts whose commits machines make; see data/rules/bots-commits.toml."""

import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pipelines.folders import RULES
from pipelines.privacy.pseudonyms import decode, fold_address, fold_name

RULES_FILE = RULES / "bots-commits.toml"
CONDITIONS = {"name": "the name {}", "address": "the address {}", "name_suffix": "names that end in {}"}


class CommitBots(NamedTuple):
    """The reviewed rules of bots-commits.toml, by what they look at."""

    names: dict[str, str]
    addresses: dict[str, str]
    suffixes: dict[str, str]

    def rule(self, name: bytes, address: bytes) -> str | None:
        """Return the id of the rule by which this account is a machine, else None."""
        folded = fold_name(decode(name))
        by_suffix = (rule for suffix, rule in self.suffixes.items() if folded.endswith(suffix))
        return self.names.get(folded) or self.addresses.get(fold_address(decode(address))) or next(by_suffix, None)


def load_commit_bots(rules_file: Path = RULES_FILE) -> CommitBots:
    """Read the rules about accounts whose commits are made by machines."""
    rules = tomllib.loads(rules_file.read_text(encoding="utf-8"))["rule"]
    by = {key: {r[key]: r["id"] for r in rules if key in r} for key in ("name", "address", "name_suffix")}
    return CommitBots(by["name"], by["address"], by["name_suffix"])


def rows(rules_file: Path = RULES_FILE) -> list[dict[str, str | date]]:
    """Return the rules as rows of raw.commit_bot_rules."""
    rules = tomllib.loads(rules_file.read_text(encoding="utf-8"))["rule"]
    return [rule | {"condition": _condition(rule)} for rule in rules]


def _condition(rule: dict[str, str]) -> str:
    (key,) = rule.keys() & CONDITIONS.keys()
    return CONDITIONS[key].format(rule[key])
