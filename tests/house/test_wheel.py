"""The wheel: it brings all that a run needs, and what a run makes goes to the user's folders."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import pytest
from support.repository import in_git

from pipelines.catalogue.listing import catalogue_table
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE, CHECKOUT

PACKAGES = ("pipelines", "spiders", "flows", "reports")
FIGURES = ("data/communities/", "data/history/", "data/rules/", "data/never-merge.toml", "data/corrections.toml",
           "data/community.schema.json")  # fmt: skip


UV = os.environ.get("UV", "uv")


def build(kind: str, source: Path, folder: Path) -> Path:
    """Build a wheel or an sdist of the sources in a folder, as `uv build` does, and return its file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", CHECKOUT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel):
    """The wheel in a folder of its own; everything that it depends on is taken from the present environment."""
    packages = wheel.with_name("packages")
    target = ("--target", str(packages), "--python", sys.executable)
    subprocess.run([UV, "pip", "install", "--offline", "--no-deps", *target, str(wheel)], check=True, cwd=wheel.parent)
    return packages


class User:
    """Somebody with an empty home in an empty folder, who has installed the wheel."""

    def __init__(self, packages: Path, top: Path):
        self.packages, self.home, self.here = packages, top / "home", top / "here"
        self.home.mkdir()
        self.here.mkdir()
        ours = ("STACKRANK_", "PREFECT_", "XDG_")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        self.environment |= {"HOME": str(self.home), "PYTHONPATH": str(packages)}

    def run(self, *command: str, **more: str) -> str:
        environment = self.environment | more
        ended = subprocess.run(command, env=environment, cwd=self.here, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def stackrank(self, *arguments: str, **more: str) -> str:
        return self.run(str(self.packages / "bin" / "stackrank"), *arguments, **more)

    def python(self, code: str, **more: str) -> str:
        return self.run(sys.executable, "-c", code, **more).strip()


@pytest.fixture
def user(installed, tmp_path):
    """Afterwards nothing may lie beside the packages, nor in the folder where the user was."""
    before = files(installed)
    somebody = User(installed, tmp_path)
    yield somebody
    assert files(installed) == before
    assert list(somebody.here.iterdir()) == []


def files(packages):
    return {path: path.read_bytes() for path in packages.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def test_the_wheel_holds_each_file_of_the_packages_and_the_catalogue_and_no_other(wheel):
    listed = [name for name in in_git() if (CHECKOUT / name).is_file()]
    code = {name for name in listed if name.split("/")[0] in PACKAGES}
    figures = {f"pipelines/_{name}" for name in listed if name.startswith(FIGURES)}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info" not in PurePosixPath(name).parts[0]}
    assert held == code | figures
    assert {PurePosixPath(name).suffix for name in held} > {".sql", ".toml", ".csv", ".html", ".js", ".css"}


@pytest.mark.long
def test_two_builds_are_byte_identical_also_by_way_of_the_sdist_with_other_times_and_rights(wheel, tmp_path):
    sdist = build("sdist", CHECKOUT, tmp_path / "sdist")
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    (sources,) = tmp_path.glob("stackrank-*")
    for path in sources.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert build("wheel", sources, tmp_path / "again").read_bytes() == wheel.read_bytes()


def test_the_wheel_states_its_licence_and_nothing_forbids_to_publish_it(wheel):
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        stated = message_from_bytes(packed.read(name))
        assert packed.read(name.replace("METADATA", "licenses/LICENSE")) == (CHECKOUT / "LICENSE").read_bytes()
    assert stated["License-Expression"] == "Apache-2.0"
    assert [each for each in stated.get_all("Classifier", []) if each.startswith("Private ::")] == []


@pytest.mark.long
def test_an_installed_package_makes_community_files_that_can_be_edited(user):
    user.stackrank("init", str(user.home / "clouds"))
    listed = user.stackrank("communities", STACKRANK_COMMUNITIES=str(user.home / "clouds/communities"))
    assert listed == user.stackrank("communities")


def test_an_installed_package_knows_the_same_communities_as_the_clone(user):
    assert user.stackrank("communities").strip() == catalogue_table(load_catalogue(CATALOGUE)).strip()


def test_what_an_installed_package_makes_goes_to_the_users_data_folder(user, tmp_path):
    asked = "from pipelines.folders import folders; print(folders().data, folders().site, folders().history.is_dir())"
    own = user.home / ".local/share/stackrank"
    assert user.python(asked) == f"{own} {own}/site True"
    assert user.python(asked, XDG_DATA_HOME=str(tmp_path / "xdg")).split()[0] == f"{tmp_path}/xdg/stackrank"
    assert user.python(asked, STACKRANK_DATA=str(tmp_path)) == f"{tmp_path} {tmp_path}/site True"


def test_another_version_of_an_installed_package_makes_a_quiet_night_build(user):
    asked = "from flows import unchanged; print(unchanged._code(unchanged.ROOMS))"
    before, changed = user.python(asked), user.packages / "reports" / "site.py"
    kept = changed.read_text(encoding="utf-8")
    changed.write_text(f"{kept}\n# another version\n", encoding="utf-8")
    assert user.python(asked) != before
    changed.write_text(kept, encoding="utf-8")


@pytest.fixture
def alone(wheel, tmp_path):
    """Somebody with the wheel in an environment of its own, and what it needs in the versions of the lock.

    All that lies in uv's cache, because the present environment was installed from there.
    """
    environment = tmp_path / "environment"
    others = [UV, "sync", "--frozen", "--offline", "--no-dev", "--no-install-project", "--no-compile-bytecode"]
    where = os.environ | {"UV_PROJECT_ENVIRONMENT": str(environment)}
    subprocess.run([*others, "--python", sys.executable], cwd=CHECKOUT, env=where, check=True, capture_output=True)
    ours = [UV, "pip", "install", "--offline", "--no-deps", "--python", str(environment / "bin/python"), str(wheel)]
    subprocess.run(ours, cwd=tmp_path, check=True, capture_output=True)
    somebody = User(environment, tmp_path)
    del somebody.environment["PYTHONPATH"]
    # Python compiles Prefect now: on a busy machine that takes longer than a run waits for its server.
    somebody.run(str(environment / "bin/python"), "-c", "import prefect.server.api.server, uvicorn")
    return somebody


UNCACHED = re.compile("network (connectivity is|was) disabled", re.I)
"""What uvx says where the index pages of a dependency are not in uv's cache: a clone that syncs its lock reads none."""


@pytest.mark.long
def test_uvx_runs_the_wheel_in_an_empty_home_from_an_empty_folder(wheel, tmp_path):
    """`uvx` is short for `uv tool run`; uv's cache stays where it is, because tests use no network."""
    somebody = User(tmp_path, tmp_path)
    del somebody.environment["PYTHONPATH"]
    cache = subprocess.run([UV, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    uvx = [UV, "tool", "run", "--offline", "--python", sys.executable, "--from", str(wheel), "stackrank"]
    where = {"env": somebody.environment | {"UV_CACHE_DIR": cache}, "cwd": somebody.here}
    ended = subprocess.run([*uvx, "--version"], **where, capture_output=True, text=True, check=False)
    if UNCACHED.search(ended.stderr):
        pytest.skip("uv's cache has no index pages: run uvx once with a network")
    assert (ended.stdout, ended.returncode) == (f"stackrank {version('stackrank')}\n", 0), ended.stderr
    somebody.run(*uvx, "init", str(somebody.home / "clouds"), UV_CACHE_DIR=cache)
    assert (somebody.home / "clouds/communities/openstack.toml").is_file()
    assert list(somebody.here.iterdir()) == []


def stamps(folder):
    found = (path for path in folder.rglob("*") if path.suffix != ".pyc" and path.name != "__pycache__")
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in found if path.is_file()}


@pytest.mark.long
def test_the_demo_runs_alone_from_an_empty_folder_and_writes_nothing_beside_the_packages(alone):
    before = stamps(alone.packages)
    page = alone.home / ".local/share/stackrank/demo/site/index.html"
    assert f"page: {page}" in alone.stackrank("demo")
    assert "Demo: invented people" in page.read_text(encoding="utf-8")
    question = "select count(distinct community) as n from core.commits"
    asked = alone.stackrank("sql", question, "--format", "csv", STACKRANK_DATA=str(page.parents[1]))
    assert asked.split() == ["n", "4"]
    assert stamps(alone.packages) == before
    assert list(alone.here.iterdir()) == []
