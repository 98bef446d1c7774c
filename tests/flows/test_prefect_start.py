import asyncio
import sqlite3
import sys
from contextlib import closing
from types import ModuleType

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import create_async_engine

from flows.prefect_database import NAME, make_database
from flows.prefect_start import PutOff, migrate_older, put_off_routes


@pytest.fixture
def router():
    router = APIRouter(prefix="/birds", route_class=put_off_routes(APIRoute))

    @router.get("/{number}", status_code=203, tags=["birds"])
    def read_bird(number: int, loud: bool = False) -> dict[str, int]:
        """Return a bird."""
        return {"number": number + 100 * loud}

    return router


def test_a_route_that_is_put_off_reads_its_types_when_it_is_asked_for_them(router):
    (route,) = router.routes
    assert "dependant" not in vars(route)
    assert [param.name for param in route.dependant.query_params] == ["loud"]
    assert (route.methods, route.name, route.description) == ({"GET"}, "read_bird", "Return a bird.")


@pytest.mark.parametrize("is_included", [True, False])
def test_a_route_that_is_put_off_answers_as_any_other(router, is_included):
    app = FastAPI()
    if is_included:
        app.include_router(router)
    else:
        app.router.routes += router.routes
    with TestClient(app) as client:
        answers = [client.get("/birds/7?loud=true"), client.get("/birds/wren"), client.post("/birds/7")]
        assert [answer.status_code for answer in answers] == [203, 422, 405]
        assert answers[0].json() == {"number": 107}
        assert client.get("/openapi.json").json()["paths"]["/birds/{number}"]["get"]["description"] == "Return a bird."


def test_a_module_that_is_put_off_is_imported_when_something_of_it_is_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "colorsys", PutOff("colorsys"))
    import colorsys

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert type(imported := sys.modules["colorsys"]) is ModuleType
    assert colorsys.hsv_to_rgb(0, 0, 0) == (0, 0, 0)
    assert sys.modules["colorsys"] is imported
    with pytest.raises(AttributeError):
        _ = PutOff("colorsys").bird


class Database:
    """What Prefect has for its database."""

    def __init__(self, file):
        self.made = create_async_engine(f"sqlite+aiosqlite:///{file}")
        self.is_migrated = False

    async def engine(self):
        return self.made

    async def create_db(self):
        self.is_migrated = True

    async def start(self):
        await migrate_older(Database.create_db)(self)
        await self.made.dispose()


@pytest.mark.parametrize(
    ("change", "is_migrated"),
    [
        ("select 1", False),
        ("update alembic_version set version_num = '4e5f'", True),
        ("delete from alembic_version", True),
        ("drop table alembic_version", True),
    ],
)
def test_a_database_is_migrated_where_it_is_not_that_of_the_installed_prefect(tmp_path, change, is_migrated):
    make_database(tmp_path)
    with closing(sqlite3.connect(tmp_path / NAME)) as con:
        con.executescript(change)
    database = Database(tmp_path / NAME)
    asyncio.run(database.start())
    assert database.is_migrated == is_migrated
