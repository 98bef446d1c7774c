"""What STACKRANK_DASK and STACKRANK_LANES may say, and that nothing of the extra is imported without them."""

import subprocess
import sys

import pytest

from flows.cluster.settings import (
    Cluster,
    WrongClusterError,
    lease_seconds,
    read_cluster,
    read_lanes,
    task_runner,
)
from pipelines.folders import CHECKOUT

STORE = {"STACKRANK_STORE": "s3://birds/data"}


@pytest.mark.parametrize("text", ["tcp://10.0.0.1:8786", "tls://scheduler:8786"])
def test_an_address(text):
    assert read_cluster({"STACKRANK_DASK": text, **STORE}) == Cluster(address=text)


def test_a_class_with_its_keywords():
    text = 'dask_kubernetes.operator:KubeCluster {"name": "birds", "n_workers": 5}'
    cluster = read_cluster({"STACKRANK_DASK": text, **STORE})
    assert cluster == Cluster("", "dask_kubernetes.operator.KubeCluster", {"name": "birds", "n_workers": 5})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("10.0.0.1:8786", "is neither an address nor a class"),
        ("a.b:C {wrong}", "the keywords are no object of JSON"),
        ("nothing.here:Cluster", "names a class that cannot be imported: No module named 'nothing'"),
        ("distributed:Nothing", "names a class that cannot be imported"),
    ],
)
def test_what_names_no_cluster_is_refused(text, why):
    with pytest.raises(WrongClusterError, match=why):
        task_runner({"STACKRANK_DASK": text, **STORE})


def test_a_cluster_needs_a_store():
    with pytest.raises(WrongClusterError, match="STACKRANK_DASK needs STACKRANK_STORE"):
        read_cluster({"STACKRANK_DASK": "tcp://a:1"})


def test_lanes_of_hosts():
    assert read_lanes({}) == {}
    assert read_lanes({"STACKRANK_LANES": "github.com=4, opendev.org=2"}) == {"github.com": 4, "opendev.org": 2}
    for wrong in ("github.com", "github.com=0", "github.com=21", "=3"):
        with pytest.raises(WrongClusterError, match="no host with 1 to 20 lanes"):
            read_lanes({"STACKRANK_LANES": wrong})


def test_without_the_setting_threads_run_the_tasks():
    assert task_runner({}) is None


@pytest.mark.long
@pytest.mark.parametrize(("hidden", "setting"), [("", ""), ("prefect_dask", "tcp://127.0.0.1:1")])
def test_without_the_setting_nothing_of_the_extra_is_imported_and_a_missing_extra_is_a_sentence(hidden, setting):
    code = (
        f"import os, sys\nif {hidden!r}: sys.modules[{hidden!r}] = None\n"
        f"os.environ.update(STACKRANK_STORE='s3://a/b', STACKRANK_DASK={setting!r})\n"
        "from flows.cluster.settings import WrongClusterError\n"
        "try:\n    import flows.nightly\nexcept WrongClusterError as error:\n    print(error)\n"
        "print([name for name in ('dask', 'distributed', 'prefect_dask', 's3fs') if sys.modules.get(name)])"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    said = "STACKRANK_DASK needs the extra `cluster`, which is not installed: install stackrank[cluster]\n"
    assert told == (said if hidden else "") + "[]\n"


def test_the_seconds_of_a_lease():
    assert lease_seconds({}) == 60
    assert lease_seconds({"STACKRANK_LEASE_SECONDS": "0.5"}) == 0.5
    for wrong in ("soon", "0", "-1", "nan", "inf", "1e9"):
        with pytest.raises(WrongClusterError, match="is no number of seconds, such as 60"):
            lease_seconds({"STACKRANK_LEASE_SECONDS": wrong})


@pytest.mark.parametrize("text", ['a.b:C {"password": hunter2}', 'a.b {"password": "hunter2"}'])
def test_no_message_shows_the_keywords_of_a_class(text):
    with pytest.raises(WrongClusterError) as refused:
        read_cluster({"STACKRANK_DASK": text, **STORE})
    assert "hunter2" not in str(refused.value)
