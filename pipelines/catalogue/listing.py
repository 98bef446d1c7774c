"""Print the catalogue as a table of plain text."""

from collections.abc import Iterable

from pipelines.model import BY_HAND, Community, Source


def catalogue_table(communities: Iterable[Community]) -> str:
    """Return the catalogue as aligned plain text: a heading, then one line per source."""
    heading = ("community", "source", "kind", "units", "since", "until", "state", "continues")
    rows = [heading, *(_row(source) for community in communities for source in community.sources)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _row(source: Source) -> tuple[str, ...]:
    file_name = (source.urls_from or "").rpartition("/")[2]
    return (
        source.community,
        source.name,
        source.kind,
        f"from {file_name}" if file_name else str(len(source.urls)),
        source.since.isoformat(),
        source.until.isoformat() if source.until else "-",
        _state(source),
        source.continues or "-",
    )


def _state(source: Source) -> str:
    """Return whether runs ask for a source, or who has to."""
    asked = "on demand" if source.on_demand else "by hand" if source.kind in BY_HAND else "on"
    return asked if source.enabled else "off"
