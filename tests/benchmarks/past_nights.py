"""How long Prefect's part of a run takes with a hundred past runs: fills the Prefect database of a data folder.

    STACKRANK_DATA=FOLDER uv run python tests/benchmarks/past_nights.py [--nights N] [--tasks N]

Each past run is made by Prefect's API, with its tasks and the artifacts of 10,000 units, and is then dated back in the
database: one day for each. Prints the size of the database, and how long a run with its tasks and artifacts takes now.
"""

import argparse
import os
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from flows import prefect_api
from pipelines.folders import Folders, folders

ROWS = 1_000
ROW = {"source": "birds/core", "unit": "birds/repository", "verdict": "unchanged", "seconds": 0.25, "observations": 812}
BACK = """update {table} set start_time = datetime(start_time, '-{days} days'),
    end_time = datetime(coalesce(end_time, start_time), '-{days} days') where {column} = '{run}'"""


def main() -> None:
    """Make the past runs, then measure one more run."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/past_nights.py", description=__doc__.splitlines()[0])
    top.add_argument("--nights", type=int, default=100, metavar="N", help="how many (default: 100)")
    top.add_argument("--tasks", type=int, default=20, metavar="N", help="tasks of a run (default: 20)")
    chosen, where = top.parse_args(), folders()
    file = where.data / "prefect" / "prefect.db"
    with prefect_api.serving(where):
        prefect_api.wait()
        report("the first run", where, chosen.tasks)
        report("a run without past ones", where, chosen.tasks)
        for days in range(chosen.nights, 0, -1):
            date_back(file, make_run(where, chosen.tasks), days)
        report(f"a run after {chosen.nights} past ones", where, chosen.tasks)
        started, cpu = time.monotonic(), time.process_time()
        deleted = delete_old(where)
        print(f"{deleted} deleted: {time.monotonic() - started:.2f} s, {time.process_time() - cpu:.2f} CPU s")
    print(f"{file.stat().st_size / 1e6:.1f} MB, load {os.getloadavg()[0]:.1f}")


def report(name: str, where: Folders, tasks: int) -> None:
    """Make a run, and print what it took with the server."""
    started, cpu = time.monotonic(), time.process_time()
    make_run(where, tasks)
    print(f"{name}: {time.monotonic() - started:.2f} s, {time.process_time() - cpu:.2f} CPU s", flush=True)


def make_run(where: Folders, tasks: int) -> str:
    """Do a flow run in this data folder that does nothing but what Prefect keeps of a run; return its id."""
    from prefect import flow, task
    from prefect.artifacts import create_table_artifact
    from prefect.runtime import flow_run

    from flows import artifacts

    @task
    def visit(number: int) -> int:
        return number

    @flow(name="nightly", flow_run_name=artifacts.flow_run_name(where))
    def nightly() -> str:
        artifacts.mark_crashed_runs(where)
        for number in range(tasks):
            visit(number)
        for key in ("ranking", "durations", "problems", "summary"):
            create_table_artifact([ROW] * (ROWS if key == "durations" else 10), key=key)
        return str(flow_run.id)

    return nightly()


def date_back(file: Path, run: str, days: int) -> None:
    """Date a run and its tasks so many days back."""
    with closing(sqlite3.connect(file, timeout=60)) as con, con:
        con.execute(BACK.format(table="flow_run", column="id", days=days, run=run))
        con.execute(BACK.format(table="task_run", column="flow_run_id", days=days, run=run))


def delete_old(where: Folders) -> int:
    """Delete old runs, as each night does, and return how many were deleted."""
    from flows import artifacts

    return artifacts.delete_old_runs(where, datetime.now(UTC))


if __name__ == "__main__":
    main()
