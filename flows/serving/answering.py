"""Answer one question in a process of its own: `python -m flows.serving.answering` reads it and prints the answer.

The process ends itself when time or memory are over, also where DuckDB looks at neither, and where nobody waits.
"""

import json
import re
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from flows.serving.limits import Allowance, limited_addresses
from pipelines.warehouse.answer import Found, Limits, QuestionError, answer_rows, json_value
from pipelines.warehouse.query import NoDatabaseError
from reports.csv_files import rows_to_csv

NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)")
DATES = re.compile(r"DATE$|TIMESTAMP")


def main() -> None:
    """Read a question, print `{"answer": ...}`, or `{"problem": ...}` in one sentence."""
    asked = json.loads(sys.stdin.read())
    allowed = Allowance(**asked["allowed"])
    _limit(allowed)
    with limited_addresses(allowed.room):
        said = reply(Path(asked["database"]), asked["sql"], asked["form"], allowed)
    sys.stdout.write(json.dumps(said, allow_nan=False))


def _limit(allowed: Allowance) -> None:
    signal.setitimer(signal.ITIMER_REAL, allowed.patience)
    with suppress(OSError, ValueError):  # macOS knows some of the limits only
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def reply(database: Path, sql: str, form: str, allowed: Allowance) -> dict[str, Any]:
    """Return the answer, as a page draws it or as the text of a CSV file, or why there is none."""
    try:
        found = answer_rows(database, sql, allowed.rows, Limits(allowed.seconds, allowed.memory))
        said = FORMS[form](found)
    except QuestionError as error:
        return {"problem": error.said}
    except NoDatabaseError:
        return {"problem": "this site has no database to ask"}
    except MemoryError:
        return {"problem": f"the answer needs over {allowed.memory} of memory; ask for less"}
    if len(json.dumps(said)) > allowed.letters:
        return {"problem": f"the answer has over {allowed.letters:,} letters; ask for less"}
    return {"answer": said}


def _for_page(found: Found) -> dict[str, Any]:
    columns = zip(found.names, found.types, strict=True)
    return {
        "columns": [{"name": name, "kind": _kind(of)} for name, of in columns],
        "rows": [[_value(value) for value in row] for row in found.rows],
        "is_whole": found.is_whole,
    }


def _kind(of: str) -> str:
    if NUMBERS.fullmatch(of):
        return "number"
    return "date" if DATES.match(of) else "text"


def _value(value: object) -> object:
    """Return a value as JSON has it; a whole number that a script could not hold is a text."""
    known = json_value(value)
    return str(known) if isinstance(known, int) and abs(known) >= 2**53 else known


def _for_spreadsheet(found: Found) -> str:
    return rows_to_csv(found.names, found.rows)


FORMS = {"page": _for_page, "csv": _for_spreadsheet}


if __name__ == "__main__":
    main()
