"""The wheel: it brings all that a run needs, and what a run makes goes to the user's folders."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from support.repository import in_git

from pipelines.catalogue.listing import catalogue_table
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE, CHECKOUT

PACKAGES = ("pipelines", "spiders", "flows", "reports")
FIGURES = ("data/communities/", "data/history/", "data/rules/", "data/never-merge.toml")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel):
    """The wheel in a folder of its own; everything that it depends on is taken from the present environment."""
    packages = wheel.with_name("packages")
    target = ("--target", str(packages), "--python", sys.executable)
    uv = os.environ.get("UV", "uv")
    subprocess.run([uv, "pip", "install", "--offline", "--no-deps", *target, str(wheel)], check=True, cwd=wheel.parent)
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


def test_an_installed_package_knows_the_same_communities_as_the_clone(user):
    assert user.stackrank("communities").strip() == catalogue_table(load_catalogue(CATALOGUE)).strip()


def test_what_an_installed_package_makes_goes_to_the_users_data_folder(user, tmp_path):
    asked = "from pipelines.folders import folders; print(folders().data, folders().site, folders().history.is_dir())"
    own = user.home / ".local/share/stackrank"
    assert user.python(asked) == f"{own} {own}/site True"
    assert user.python(asked, XDG_DATA_HOME=str(tmp_path / "xdg")).split()[0] == f"{tmp_path}/xdg/stackrank"
    assert user.python(asked, STACKRANK_DATA=str(tmp_path)) == f"{tmp_path} {tmp_path}/site True"


def test_another_version_of_an_installed_package_makes_a_quiet_night_build(user):
    asked = "from flows import unchanged; print(unchanged._code())"
    before, changed = user.python(asked), user.packages / "reports" / "site.py"
    kept = changed.read_text(encoding="utf-8")
    changed.write_text(f"{kept}\n# another version\n", encoding="utf-8")
    assert user.python(asked) != before
    changed.write_text(kept, encoding="utf-8")


@pytest.mark.long
def test_the_demo_of_an_installed_package_ends_with_the_page(user):
    page = user.home / ".local/share/stackrank/demo/site/index.html"
    assert f"page: {page}" in user.stackrank("demo")
    assert "Demo: invented people" in page.read_text(encoding="utf-8")
    question = "select count(distinct community) as n from core.commits"
    assert user.stackrank("sql", question, "--format", "csv", STACKRANK_DATA=str(page.parents[1])).split() == ["n", "4"]
