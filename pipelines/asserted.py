"""How an assertion about a source ends: the word that a probe and the recordings of the spiders share."""

from enum import StrEnum


class Asserted(StrEnum):
    """What became of one assertion about a source in a probe; a closed list."""

    AS_EXPECTED = "as expected"
    DIFFERENT = "different"
    NOT_REACHED = "not reached"
