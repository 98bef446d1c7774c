"""What all tests share: which wait for `--long`, which go first, which worker runs them, and an empty data folder."""

import atexit
import gc
import os
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

pytest.register_assert_rewrite("support")

from support import prefect, shared, tables_on_demand  # noqa: E402 - their assertions are rewritten first
from support.builders import folders_in  # noqa: E402

TESTS = Path(__file__).parent
LONG_FIXTURES = {"canary_demo", "broken_nights", "bundled_nights", "all_lies", "walled", "nights", "crawled",
                 "wheel", "installed", "nightly"}  # fmt: skip
"""What takes a whole demo, a crawl of several runs, many clones from a server that misbehaves, a wheel, or Prefect."""
LONGEST = ("cluster", "readme", "nightly", "canaries", "kills", "archives", "capture_sources", "git", "warehouse",
           "checks", "hostile", "browser", "operator", "counts", "discourse",
           "ranking", "report", "series_nights", "demo", "messages")  # fmt: skip


EXAMPLES = {"fast": 20, "long": 200}
"""How many examples Hypothesis makes for a test that names no number of its own, without and with `--long`."""


# Tests start some sixty processes: none of them shall compile the project anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser):
    parser.addoption(
        "--long", action="store_true", help="run the long tests too: browsers, nightly runs, whole sites, real archives"
    )
    parser.addoption("--accept", action="store_true", help="write the expected files of page and table cases anew")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes over half a CPU second; runs with --long only, as in .ci/run")
    config.addinivalue_line("markers", "browser: needs a browser; lies in reports/browser, files of one worker")
    for name, examples in EXAMPLES.items():
        settings.register_profile(name, max_examples=examples, deadline=None, database=None)
    settings.load_profile("long" if config.getoption("--long") else "fast")


class FromTheEnd(pytest.Dir):
    """A folder whose last file is collected first."""

    def collect(self):
        return reversed([*super().collect()])


def pytest_collect_directory(path, parent):
    """Let every second worker begin at the end of each folder: each worker compiles one half of the test files.

    A package stays one, because fixtures may have its scope.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    if (path / "__init__.py").exists() or int(worker.removeprefix("gw")) % 2 == 0:
        return None
    return FromTheEnd.from_parent(parent, path=path)


def pytest_ignore_collect(collection_path, config):
    """Leave out the tests that open a browser without `--long`: Playwright takes half a second to import."""
    return True if collection_path.name == "browser" and not config.getoption("--long") else None


def pytest_collection_finish():
    """Spare the collector of garbage what lives until the end: modules and tests are half of what it would visit."""
    gc.freeze()
    atexit.register(gc.unfreeze)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    if not config.getoption("--long"):
        items[:] = [item for item in items if not is_long(item)]
    items.sort(key=place)


def is_long(item):
    return bool(item.get_closest_marker("long") or LONG_FIXTURES.intersection(item.fixturenames))


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("--long"):
        terminalreporter.write_line("without the long tests, which run with --long")


def place(item):
    """Return where a test stands: the files that take longest first, so that no worker is left with one at the end."""
    shared_by = group(item.nodeid.partition("::")[0])
    name = Path(shared_by).stem.removeprefix("test_")
    return (LONGEST.index(name) if name in LONGEST else len(LONGEST), shared_by, str(item.path))


@cache
def group(file):
    """Return what one worker runs whole: the folder of a file that has a conftest.py of its own, or the file."""
    folder = Path(file).parent
    return str(folder if folder != Path("tests") and (TESTS.parent / folder / "conftest.py").exists() else file)


class ByFile(LoadFileScheduling):
    """Give a file to one worker, because its tests share fixtures; files that share a conftest.py go to the same one.

    xdist's own groups do nothing under pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid):
        return group(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


@pytest.fixture
def where(tmp_path):
    """An empty data folder."""
    return folders_in(tmp_path)


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id):
    """Make what is dear once for all workers: `once(name, make)` returns the folder that `make(folder)` has filled."""
    top = tmp_path_factory.getbasetemp()
    return shared.Once(top if worker_id == "master" else top.parent)


@pytest.fixture(scope="session")
def prepared_prefect(once):
    """Give data folders the database that Prefect would make in them: its migrations take longer than most tests."""
    home = once("prefect", prefect.migrate)
    return lambda data: prefect.copy_database(home, data)


@pytest.fixture(scope="session")
def canary_demo(once, prepared_prefect):
    """The folder of one run of `demo` with canary names, for all workers: data, stdout and stderr."""
    from support.canary_demo import run_demo  # it imports the demo, which few tests need

    return once("demo", lambda folder: run_demo(folder, prepared_prefect))


def _reset_clock():
    if walk := sys.modules.get("support.walk"):
        walk.reset_clock()


@pytest.fixture(autouse=True, scope="module")
def tables_of_the_file():
    """Close the tables that the tests of a file have made on demand."""
    yield
    tables_on_demand.forget_all()


@pytest.fixture(autouse=True, scope="module")
def clock_of_the_file():
    """Let the standing clock of walked spiders begin each file at the same moment, before the fixtures of the file."""
    _reset_clock()


@pytest.fixture(autouse=True)
def clock_of_the_test():
    """Let it begin each test at the same moment."""
    _reset_clock()
