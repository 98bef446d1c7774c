"""What several commands check before they start."""

from pipelines.folders import folders, read_demo_marker


class UsageError(Exception):
    """The command cannot do what was asked."""


def refuse_demo_folder() -> None:
    """Raise UsageError for a data folder that the demo made: real data never go there."""
    where = folders()
    if read_demo_marker(where):
        raise UsageError(f"{where.data} belongs to the demo. Nothing was collected. Name another STACKRANK_DATA.")


def check_key() -> None:
    """Raise UsageError for a pseudonym key that cannot be read."""
    from pipelines.privacy import pseudonyms

    try:
        pseudonyms.load()
    except pseudonyms.KeyRefusedError as error:
        raise UsageError(error) from None
