"""Turn what ended a command into one sentence with what to do, and into its exit status."""

import errno
import re
from pathlib import Path

from flows import contact, locks
from flows.cluster.settings import WrongClusterError
from flows.commands.checks import UsageError
from flows.exit_status import NOTHING_PUBLISHED, WRONG_USAGE
from pipelines.catalogue.toml_files import WrongFileError
from pipelines.folders import DamagedMarkerError, folders
from pipelines.landing.store import StoreError, WrongKeyError


class LostPrefectError(Exception):
    """The Prefect server of a run was lost in the middle; the text names its address."""


REFUSALS = (
    WrongFileError,
    DamagedMarkerError,
    contact.NoContactError,
    UsageError,
    locks.AlreadyRunningError,
    locks.WrongClockError,
    WrongClusterError,
    WrongKeyError,
)
"""What a command refuses before it changes anything."""
NO_RIGHTS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL = re.compile(r"no space left on device|disk is full|file too large|quota exceeded", re.I)
"""How DuckDB and SQLite, which raise errors of their own, say that a disk is full."""
FORBIDDEN = re.compile(r"permission denied|read-only file system", re.I)
OF_DUCKDB = re.compile(r'IO Error: .* file "(?P<file>[^"]+)": (?P<why>.+)')
DRAFT = re.compile(r"\..+\.\d+")
"""The name of a draft, which ends in the number of a process: a person knows only the folder."""
AS_BEFORE = "Database and page are as they were"


def explain(error: BaseException) -> tuple[str, int]:
    """Return the sentence and the exit status for what ended a command."""
    if isinstance(error, REFUSALS):
        return str(error), WRONG_USAGE
    if isinstance(error, StoreError):
        return f"{error}. {AS_BEFORE}. Start the store, or correct STACKRANK_STORE, and try again.", NOTHING_PUBLISHED
    if isinstance(error, LostPrefectError):
        return f"{error}. What was collected stays. Start the server, then the next run goes on.", NOTHING_PUBLISHED
    if isinstance(error, KeyboardInterrupt):
        return f"stopped by Ctrl-C. {AS_BEFORE}, and the next run continues.", NOTHING_PUBLISHED
    if is_forbidden(error):
        return _no_rights(error), WRONG_USAGE
    return _broken(error), NOTHING_PUBLISHED


def _no_rights(error: BaseException) -> str:
    return f"{_where(error)}. {AS_BEFORE}. Run this as the owner of the folder, or name another {_place(error)}."


def _place(error: BaseException) -> str:
    """Return the variable that names the folder in which something failed; else it is a file that the user named."""
    try:
        own = folders()
    except OSError:  # nobody may look into the data folder
        return "STACKRANK_DATA"
    known = {"STACKRANK_DATA": own.data, "STACKRANK_SITE": own.site, "STACKRANK_COMMUNITIES": own.communities}
    return next((name for name, folder in known.items() if str(folder) in str(error)), "file")


def _broken(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return f"this machine has too little free memory. {AS_BEFORE}. Close other programs and try again."
    if is_full(error):
        return f"no room to write: {_where(error)}. {AS_BEFORE}. Make room on the disk and try again."
    if isinstance(error, OSError):
        return f"{_where(error)}. {AS_BEFORE}. Correct this and try again."
    reason = f"{type(error).__name__}: {_in_one_line(error)}"
    return f"a mistake in stackrank: {reason}. {AS_BEFORE}. Report what the same command prints with --debug."


def is_forbidden(error: BaseException) -> bool:
    """Tell whether something failed because this user has no right to it."""
    return (isinstance(error, OSError) and error.errno in NO_RIGHTS) or bool(FORBIDDEN.search(str(error)))


def is_full(error: BaseException) -> bool:
    """Tell whether something failed because a disk, a quota or a file has no more room."""
    return (isinstance(error, OSError) and error.errno in NO_ROOM) or bool(FULL.search(str(error)))


def _where(error: BaseException) -> str:
    """Return which file failed and why, without the number of the error."""
    if found := OF_DUCKDB.search(_in_one_line(error)):
        return f"{_known(found['file'])}: {found['why']}"
    if not isinstance(error, OSError) or not error.strerror:
        return _in_one_line(error).rstrip(".")
    return f"{_known(error.filename)}: {error.strerror}" if error.filename else error.strerror


def _known(name: object) -> Path:
    path = Path(str(name))
    return path.parent if DRAFT.fullmatch(path.name) else path


def _in_one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
