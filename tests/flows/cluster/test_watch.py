"""A scheduler that goes away while a night sends a task is a lost cluster, and no mistake of ours."""

from types import SimpleNamespace

import pytest

from flows.cluster.night import ClusterNight
from flows.cluster.watch import ClusterLostError, Watch


class Client:
    """A client of Dask as far as a watch uses it. A real one cannot be made to close between two lines of ours."""

    loop = None

    def __init__(self, *states):
        self.states = list(states)

    @property
    def status(self):
        return self.states[0] if len(self.states) == 1 else self.states.pop(0)

    def nthreads(self):
        return {"worker": 1}

    def subscribe_topic(self, *_):
        pass


@pytest.fixture
def night():
    def begin(*states):
        watch = Watch(Client(*states))
        began.append(watch)
        return ClusterNight(None, None, None, watch, None)

    began = []
    yield begin
    for watch in began:
        watch.ended.set()


def sending(*outcomes):
    found = iter(outcomes)

    def submit():
        outcome = next(found)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return SimpleNamespace(submit=submit)


def test_a_client_that_closes_meanwhile_has_lost_the_cluster(night):
    with pytest.raises(ClusterLostError, match="the Dask scheduler is gone"):
        night("running", "closed")._submit(sending(RuntimeError("Client is closed")))


def test_a_client_that_connects_again_sends_the_task_then(night):
    assert night("running", "connecting", "running")._submit(sending(OSError("closed"), "a future")) == "a future"


def test_a_task_that_cannot_be_sent_is_a_mistake(night):
    with pytest.raises(TypeError, match="no such parameter"):
        night("running")._submit(sending(TypeError("no such parameter")))
