"""What a run shows in Prefect's own page: its name, the ranking, the problems, the time of each visit.

Prefect must be prepared before this module is imported (`flows.prefect_api.prepare`).
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.runtime import flow_run as current_run
from prefect.states import Crashed

from flows.ranking_table import read_ranking
from flows.summary import Problem
from pipelines.folders import Folders
from pipelines.model import Visit

UNFINISHED = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING]))

KEPT_RUNS = timedelta(days=100)
"""So long Prefect keeps a run of ours, with its tasks and artifacts."""
MOST_ROWS = 1_000
MOST_DELETED = 20
"""A run deletes at most so many old ones: the first that does so may find years of them."""


def flow_run_name(where: Folders) -> str:
    """Return the name of a flow run that begins now in this data folder."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} in {where.data}"


def mark_crashed_runs(where: Folders) -> None:
    """Mark the killed flow runs of this data folder as crashed; must run inside a flow that holds the folder's lock."""
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=FlowRunFilter(state=UNFINISHED)):
            if run.name.endswith(f" in {where.data}") and str(run.id) != current_run.id:
                client.set_flow_run_state(run.id, Crashed(message="The process was killed."), force=True)


def delete_old_runs(where: Folders, now: datetime) -> int:
    """Delete runs of this data folder that ended long ago, with their tasks and artifacts; return how many.

    A server that runs once a night never reaches Prefect's own hour of deleting.
    """
    old = FlowRunFilter(end_time=FlowRunFilterEndTime(before_=now - KEPT_RUNS))
    with get_client(sync_client=True) as client:
        found = [run for run in client.read_flow_runs(flow_run_filter=old) if run.name.endswith(f" in {where.data}")]
        for run in found[:MOST_DELETED]:
            its = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
            for artifact in client.read_artifacts(flow_run_filter=its):
                client.delete_artifact(artifact.id)
            client.delete_flow_run(run.id)
    return len(found[:MOST_DELETED])


def publish_artifacts(where: Folders, visits: Sequence[Visit], problems: Sequence[Problem], summary: str) -> None:
    """Write the artifacts `ranking`, `durations`, `problems` and `summary`; must run inside a flow."""
    if ranking := [_artifact_row(row) for row in read_ranking(where)]:
        create_table_artifact(ranking, key="ranking", description="The ranking that is published now.")
    slowest = durations(visits)[:MOST_ROWS]
    create_table_artifact(slowest, key="durations", description="The visits of this run, slowest first, at most 1,000.")
    rows = [asdict(problem) for problem in problems]
    create_table_artifact(rows, key="problems", description=f"{len(rows)} problems of this run.")
    create_markdown_artifact(f"```\n{summary}\n```", key="summary", description="The summary of this run.")


def _artifact_row(row: dict[str, Any]) -> dict[str, Any]:
    low, high = row.pop("rank_low"), row.pop("rank_high")
    places = f"{low or ''}" if low == high else f"{low} to {high}"
    return row | {"places": places, "last month": f"{row.pop('as_of'):%Y-%m}"}


def durations(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    """Return one row for each visit, slowest first; seconds are empty where nothing was read."""
    slowest = sorted(visits, key=lambda v: -(v.seconds or 0))
    return [
        {"source": f"{v.community}/{v.source}", "unit": v.unit, "verdict": str(v.verdict), "seconds": v.seconds,
         "observations": v.observations}
        for v in slowest
    ]  # fmt: skip
