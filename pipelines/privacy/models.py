"""What data/never-merge.toml may say."""

from typing import Annotated

from pydantic import BeforeValidator, model_validator

from pipelines.catalogue.field_types import Day, OneLine, TomlTable, blocks, matches

Fingerprint = Annotated[OneLine, matches(r"[0-9a-f]{32}", "a fingerprint has 32 hexadecimal digits")]


def _pair(value: object) -> object:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"not two accounts: {value!r:.80}")
    return value


class NeverMergeBlock(TomlTable):
    """One `[[never]]` block."""

    community: OneLine
    key: OneLine
    evidence: Fingerprint | None = None
    accounts: Annotated[tuple[Fingerprint, Fingerprint], BeforeValidator(_pair)] | None = None
    why: OneLine
    decided: Day

    @model_validator(mode="after")
    def _names_one_thing(self) -> "NeverMergeBlock":
        if (self.evidence is None) == (self.accounts is None):
            raise ValueError("either evidence, or two accounts, must be in it")
        return self


class NeverMergeFile(TomlTable):
    """The content of never-merge.toml."""

    never: Annotated[tuple[NeverMergeBlock, ...], blocks("never")] = ()
