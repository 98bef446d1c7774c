"""The verdict of each reason code, the code of each HTTP status, and the errors that carry a code."""

from collections.abc import Mapping

from pipelines.model import ReasonCode, Verdict
from pipelines.privacy.pseudonyms import redact

MAX_REASON = 300

REFUSED_CODES = frozenset(
    {
        ReasonCode.LOGIN_REQUIRED,
        ReasonCode.FORBIDDEN,
        ReasonCode.BOT_WALL,
        ReasonCode.ROBOTS_TXT,
        ReasonCode.RATE_LIMITED,
        ReasonCode.CAPTURES_BLOCKED,
        ReasonCode.HIDDEN_TOTAL,
    }
)
GONE_CODES = frozenset({ReasonCode.GONE, ReasonCode.NO_SUCH_LIST})
SHRUNK_CODES = frozenset({ReasonCode.VANISHED, ReasonCode.SHRANK})

CODES: Mapping[int, ReasonCode] = {
    401: ReasonCode.LOGIN_REQUIRED,
    403: ReasonCode.FORBIDDEN,
    404: ReasonCode.GONE,
    407: ReasonCode.LOGIN_REQUIRED,
    410: ReasonCode.GONE,
    429: ReasonCode.RATE_LIMITED,
    451: ReasonCode.FORBIDDEN,
    503: ReasonCode.BUSY,
}
"""The code of an answer without success, by its HTTP status; any other status is an HTTP_ERROR."""


def verdict_of(code: ReasonCode) -> Verdict:
    """Return the one verdict that belongs to a code."""
    if code in REFUSED_CODES:
        return Verdict.REFUSED
    if code in GONE_CODES:
        return Verdict.GONE
    return Verdict.SHRUNK if code in SHRUNK_CODES else Verdict.FAILED


VERDICTS: Mapping[int, Verdict] = {status: verdict_of(code) for status, code in CODES.items()}
"""The verdict on an answer without success, by its HTTP status; any other status is a failure."""


class UnreadableError(ValueError):
    """What came cannot be read; `code` says why."""

    def __init__(self, code: ReasonCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class NoPageError(Exception):
    """A page could not be had; `code` says why, the text says it in English and names nobody."""

    def __init__(self, code: ReasonCode, reason: str) -> None:
        super().__init__(redact(reason)[:MAX_REASON])
        self.code = code

    @property
    def verdict(self) -> Verdict:
        """The verdict of the visit that ended so."""
        return verdict_of(self.code)


class NothingThereError(Exception):
    """The source itself says that it holds nothing: no failure, and no number either."""


def check_plain(page: bytes, what: str, deepest: int) -> None:
    """Raise ValueError, naming `what`, for YAML with references or deep nesting, which no list of a project has.

    Raises yaml.YAMLError for a page that is not YAML.
    """
    depth = 0
    import yaml

    for event in yaml.parse(page, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > deepest or isinstance(event, yaml.AliasEvent):
            raise ValueError(f"{what} is nested too deeply, or has references in it")
