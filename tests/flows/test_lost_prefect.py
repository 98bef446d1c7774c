"""A Prefect server that is lost in the middle of a run is named, and is no mistake of ours.

A whole run takes minutes until Prefect gives up, so only the end is here: a real connection that is refused.
"""

import socket

import httpx
import pytest

from flows import prefect_api, run
from flows.exit_status import NOTHING_PUBLISHED
from flows.failures import LostPrefectError, explain


def test_a_server_that_is_lost_is_named_with_what_to_do(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
    monkeypatch.setenv(prefect_api.URL, url)
    with pytest.raises(LostPrefectError) as lost, run._naming_loss():
        httpx.get(url)
    said, status = explain(lost.value)
    assert said.startswith(f"the Prefect server at {url} was lost during the run. What was collected stays.")
    assert (status, "mistake" in said) == (NOTHING_PUBLISHED, False)
