"""What several commands check before they start."""

from typing import TYPE_CHECKING

from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders

if TYPE_CHECKING:
    from flows.summary import Problem


MOST_DAYS = 36_500


class UsageError(Exception):
    """What was asked cannot be done as it was asked."""


def find_damage() -> "list[Problem]":
    """Return a trouble for each file of observations that cannot be read."""
    from flows import damage

    where = folders()
    return damage.find(where, [s for c in load_catalogue(where.communities) for s in c.sources])


def refuse_demo_folder() -> None:
    """Keep the real world out of a rehearsal's folder."""
    from pipelines.folders import read_demo_note

    where = folders()
    if read_demo_note(where):
        raise UsageError(f"{where.data} belongs to a rehearsal; name another STACKRANK_DATA for real data")


def check_rules() -> None:
    """Raise WrongFileError for a mistake in a file of rules, in the method, or in the merges declared wrong."""
    from pipelines.catalogue import measures, platform_facts
    from pipelines.privacy import decisions
    from pipelines.ranking import method
    from pipelines.rules import bots_commits, bots_mail, organisations

    where = folders()
    decisions.never_merge(where, [community.slug for community in load_catalogue(where.communities)])
    for read in (
        method.load,
        measures.load,
        platform_facts.formats,
        bots_mail.load,
        bots_commits.rows,
        organisations.free_mail,
    ):
        read()


def check_key() -> None:
    """Raise UsageError for a pseudonym key that cannot be read."""
    from pipelines.privacy import pseudonyms

    try:
        pseudonyms.load()
    except pseudonyms.KeyRefusedError as error:
        raise UsageError(error) from None
