"""What several commands check before they start."""

from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders, read_demo_marker
from pipelines.model import Community


class UsageError(Exception):
    """The command cannot do what was asked."""


def refuse_demo_folder() -> None:
    """Raise UsageError for a data folder that the demo made: real data never go there."""
    where = folders()
    if read_demo_marker(where):
        raise UsageError(f"{where.data} belongs to the demo. Nothing was collected. Name another STACKRANK_DATA.")


def check_rules() -> tuple[Community, ...]:
    """Return the catalogue.

    Raises WrongFileError for a mistake in it, in a file of rules, in the method, or in the merges declared wrong.
    """
    from pipelines.catalogue import measures, platform_facts
    from pipelines.privacy import decisions
    from pipelines.ranking import method
    from pipelines.rules import bots_commits, bots_mail, organisations

    where = folders()
    declared = load_catalogue(where.communities)
    decisions.never_merge(where, [community.slug for community in declared])
    for read in (
        method.load,
        measures.load,
        platform_facts.formats,
        bots_mail.load,
        bots_commits.rows,
        organisations.free_mail,
    ):
        read()
    return declared


def check_key() -> None:
    """Raise UsageError for a pseudonym key that cannot be read."""
    from pipelines.privacy import key_file

    try:
        key_file.load()
    except key_file.KeyRefusedError as error:
        raise UsageError(f"{error}. Nothing was done. Correct it, or restore it from your backup.") from None
