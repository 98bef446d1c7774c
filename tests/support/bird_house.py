"""Two birds, with histories that a server of the demo serves, and nightly runs of them in this process."""

import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from flows import prefect_api
from flows.demo import catalogue, histories
from flows.demo.server import serve
from pipelines.folders import folders
from pipelines.model import Source
from pipelines.warehouse.query import ask

KEY = "5e" * 32
NOBODY = "http://127.0.0.1:9"
PLACE = "forge.example.org/birds"
SPARROW = Source("sparrow", "core", "git", ("git+https://forge.example.org/birds/sparrow",), date(2024, 1, 1), "")
FINCH = Source("finch", "core", "git", ("git+https://forge.example.org/birds/finch",), date(2024, 1, 1), "")


def community_file(source: Source) -> str:
    return f"""name = "{source.community.title()}"
homepage = "https://{source.community}.example.org/"
born = {source.since}

[[sources]]
name = "{source.name}"
kind = "git"
urls = ["{source.urls[0]}"]
since = {source.since}
why = "Invented."
"""


@dataclass(frozen=True)
class House:
    """A folder with histories that are served at `url`, community files that say so, and a data folder."""

    top: Path
    url: str

    def declare(self, url: str) -> None:
        shutil.rmtree(self.communities, ignore_errors=True)
        catalogue.write_communities(self.top / "declared", self.communities, url, snapshot=False)

    @property
    def communities(self) -> Path:
        return self.top / "communities"

    @contextmanager
    def hidden(self, names):
        bares = [self.top / "served/forge.example.org/birds" / f"{name}.git" for name in names]
        for bare in bares:
            bare.rename(bare.with_suffix(".hidden"))
        try:
            yield
        finally:
            for bare in bares:
                bare.with_suffix(".hidden").rename(bare)


@contextmanager
def served_house(top, prepare_prefect):
    """Serve two birds for the block, with a Prefect server of their own."""
    (top / "declared").mkdir()
    for source in (SPARROW, FINCH):
        (top / "declared" / f"{source.community}.toml").write_text(community_file(source))
    histories.generate(top / "served", [SPARROW, FINCH], datetime.now(UTC).date())
    before = dict(os.environ)
    os.environ |= {"STACKRANK_DATA": str(top / "data"), "STACKRANK_KEY": KEY}
    os.environ["STACKRANK_COMMUNITIES"] = str(top / "communities")
    prepare_prefect(top / "data")
    with serve(top / "served") as server, prefect_api.serving(folders()):
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

        prefect_api.wait()
        ours = {setting: os.environ[setting.name] for setting in (PREFECT_API_URL, PREFECT_API_AUTH_STRING)}
        with temporary_settings(ours):
            yield House(top, server.base_url)
    os.environ.clear()
    os.environ.update(before)


def run_night(house, *gone, offline=False):
    """Do one nightly run; `gone` repositories are missing, and offline nobody answers at all."""
    from flows.nightly import nightly

    house.declare(NOBODY if offline else house.url)
    with house.hidden(gone):
        return nightly()


def places() -> dict[str, str | None]:
    rows = ask(
        folders().database,
        "select community, coalesce(rank::varchar, reason_code) as said from rankings.monthly "
        "join raw.build on as_of = last_complete_month where family = 'code'",
    ).to_pylist()
    return {row["community"]: row["said"] for row in rows}


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.parquet")}


def one_screen(night) -> list[str]:
    lines = night.summary.splitlines()
    assert len(lines) <= 24
    return lines


def keep_page(days):
    """A page of mail that has been kept for so many days."""
    page = folders().data / "pages/birds/talk/aa" / f"{days}.zst"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.touch()
    moment = time.time() - days * 86_400
    os.utime(page, (moment, moment))
    return page
