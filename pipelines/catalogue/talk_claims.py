"""The claims of the founding talk, what was found of each, and the question that checks it on a database."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import ConfigDict, with_config

from pipelines.catalogue.field_types import OneLine, OneOf, TomlTable, blocks, distinct
from pipelines.catalogue.toml_files import read_toml
from pipelines.folders import RULES

CLAIMS_FILE = RULES / "talk-claims.toml"
VERDICTS = ("held", "incomplete", "corrected", "unknown")


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Claim:
    """One claim of the talk about a community, and what we find.

    `check` is a question to the database. Its answer fills the braces in `finding` and `today`.
    """

    name: OneLine
    community: OneLine
    said: OneLine
    verdict: Annotated[OneLine, OneOf("verdict", VERDICTS)]
    finding: OneLine
    today: OneLine
    source: OneLine
    check: str


class ClaimsFile(TomlTable):
    """The content of talk-claims.toml."""

    claim: Annotated[tuple[Claim, ...], blocks("claim"), distinct("name")]


@cache
def claims() -> tuple[Claim, ...]:
    """Return the claims in the order of the file; raises WrongFileError."""
    return read_toml(CLAIMS_FILE, ClaimsFile).claim
