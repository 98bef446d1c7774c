"""Prefect's history of runs stays in bounds: old runs of this data folder go, with their tasks and artifacts."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.folders import folders


@pytest.mark.long
def test_prefect_keeps_our_runs_for_a_hundred_days_and_those_of_other_folders_for_good(house, night):
    from prefect.client.orchestration import get_client
    from prefect.states import Completed

    from flows import artifacts, nightly

    night()
    later = datetime.now(UTC) + artifacts.KEPT_RUNS
    with get_client(sync_client=True) as client:
        other = client.create_flow_run(nightly.nightly, name="2026-01-01 03:00 in /elsewhere", state=Completed())
        ours = {artifact.id for artifact in client.read_artifacts() if artifact.flow_run_id in runs_of(client)}
        assert ours
        assert artifacts.delete_old_runs(folders(), later - timedelta(days=1)) == 0
        while artifacts.delete_old_runs(folders(), later + timedelta(days=1)):
            pass
        left = client.read_flow_runs()
        assert [run for run in left if run.name.endswith(f" in {folders().data}")] == []
        assert not ours & {artifact.id for artifact in client.read_artifacts()}
        assert other.id in {run.id for run in left}
        client.delete_flow_run(other.id)


def runs_of(client):
    """Return the ids of the runs of this data folder: the server has those of other tests too."""
    return {run.id for run in client.read_flow_runs() if run.name.endswith(f" in {folders().data}")}
