"""What every spider makes of foreign answers alike: the verdict on an HTTP status, which YAML is read at all."""

from collections.abc import Mapping

import yaml

from pipelines.model import Verdict

VERDICTS: Mapping[int, Verdict] = {
    401: Verdict.REFUSED,
    403: Verdict.REFUSED,
    404: Verdict.GONE,
    407: Verdict.REFUSED,
    410: Verdict.GONE,
    429: Verdict.REFUSED,
    451: Verdict.REFUSED,
}
"""The verdict on an answer that is no success, by its status; any other is a failure."""


def check_plain(page: bytes, what: str, deepest: int) -> None:
    """Refuse what a list in YAML never has and what a reader could choke on: references, deep nesting.

    Raises ValueError, which names `what`, or yaml.YAMLError for what is no YAML.
    """
    depth = 0
    for event in yaml.parse(page, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > deepest or isinstance(event, yaml.AliasEvent):
            raise ValueError(f"{what} is nested too deeply, or has references in it")
