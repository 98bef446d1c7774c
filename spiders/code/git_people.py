"""Turn the names, addresses and trailers of commits into columns of fingerprints."""

import re
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.landing.schemas import COMMITS
from pipelines.privacy.pseudonyms import Fingerprints, Pseudonyms, decode, fold_address

if TYPE_CHECKING:
    from pipelines.rules.bots_commits import CommitBots

CO_AUTHOR = re.compile(rb"^co-authored-by[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.I | re.M)
ADDRESS = re.compile(rb"(.*)<([^<>]*)>", re.S)
SUBJECT = "commit subject"
ODD_LINE = r"^$|[^\x20-\x7e]|  |^ | $"
"""What a first line has that is not ASCII, or white space that is folded; an empty one may stand before the subject."""


class People:
    """Turns the names and addresses of a history into columns of fingerprints, each pair once."""

    def __init__(self, pseudonyms: Pseudonyms, bots: "CommitBots", list_addresses: frozenset[str]) -> None:
        from pipelines.rules import bots_mail

        self._pseudonyms = pseudonyms
        self._of = lru_cache(maxsize=100_000)(self._account)
        self._subject_key = pseudonyms.keyed(SUBJECT)
        self._bots, self._mail_bots, self._list_addresses = bots, bots_mail.load(), list_addresses

    def _account(self, pair: bytes) -> tuple[str | int | None, ...]:
        name, _, address = pair.partition(b"\0")
        of = self._pseudonyms.of(name, address)
        return *of._replace(role=of.role or self._is_shared(fold_address(decode(address)))), self._bots.rule(
            name, address
        )

    def _is_shared(self, folded: str) -> bool:
        return folded in self._list_addresses or self._mail_bots.of_address(folded) is not None

    def subjects(self, bodies: pa.Array) -> pa.Array:
        """Return the fingerprint of each commit's subject; NULL where it has none."""
        lines = pc.list_element(pc.split_pattern(bodies, b"\n", max_splits=1), 0)
        subjects: list[bytes] = lines.to_pylist()
        for row in _rows_where(pc.match_substring_regex(lines, ODD_LINE)):
            subjects[row] = subject_of(bodies[row].as_py()).encode()
        return pa.array([self._subject_key(subject) for subject in subjects], pa.string())

    def columns(self, names: pa.Array, addresses: pa.Array) -> dict[str, pa.Array]:
        """Return one column per fingerprint and `bot_rule`, the id of the rule that matched."""
        pairs = pc.binary_join_element_wise(names, addresses, b"\0").dictionary_encode()
        accounts = [self._of(pair) for pair in pairs.dictionary.to_pylist()]
        fields = (*Fingerprints._fields, "bot_rule")
        return {
            field: pa.array([a[i] for a in accounts], COMMITS.field(f"author_{field}").type).take(pairs.indices)
            for i, field in enumerate(fields)
        }

    def co_authors(self, bodies: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return the name and address fingerprints of each commit's co-authors, as lists."""
        mentions = pc.match_substring(bodies, b"co-authored-by", ignore_case=True)
        counts = [0] * (len(bodies) + 1)
        found: list[Fingerprints] = []
        for row in _rows_where(mentions):
            trailers = CO_AUTHOR.findall(bodies[row].as_py())
            pairs = [pair for trailer in trailers if (pair := co_author_of(trailer))]
            counts[row + 1] = len(pairs)
            found += [self._pseudonyms.of(name, address) for name, address in pairs]
        offsets = pa.array(accumulate(counts), pa.int32())
        names = pa.array([account.name_key for account in found], pa.string())
        addresses = pa.array([account.address_key for account in found], pa.string())
        return pa.ListArray.from_arrays(offsets, names), pa.ListArray.from_arrays(offsets, addresses)


def _rows_where(truths: pa.Array) -> list[int]:
    rows: list[int] = pc.indices_nonzero(truths).to_pylist()
    return rows


def subject_of(body: bytes) -> str:
    """Return the first line of a commit message, decoded, its white space folded."""
    return " ".join(decode(body.lstrip(b"\n").partition(b"\n")[0]).split())


def co_author_of(trailer: bytes) -> tuple[bytes, bytes] | None:
    """Return name and address of a trailer's value, which may be folded; None where no address stands in it."""
    found = ADDRESS.match(b" ".join(trailer.split()))
    return (found[1].strip(), found[2]) if found else None
