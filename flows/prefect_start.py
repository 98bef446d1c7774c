"""Start Prefect's server with only what a run uses of it: what is put off is made when somebody asks for it.

What a later Prefect has no more is left as it is.
"""

import functools
import sys
from collections.abc import Callable, Mapping
from copy import deepcopy
from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from flows.prefect_database import newest_migration

UNUSED = ("prefect.blocks.notifications", "asyncpg", "coolname", "graphviz")
"""Modules that a run never uses: messages to chats and pagers, PostgreSQL, invented names of runs, drawings."""


def spare_import() -> None:
    """Put off what Prefect makes at its import and a run never uses; must run before Prefect is imported."""
    if "prefect" not in sys.modules:
        sys.modules |= {name: PutOff(name) for name in UNUSED if name not in sys.modules}


def spare_server() -> None:
    """Put off what Prefect's server makes at its import, unless it is imported already; must run before that.

    Its settings are written out whole to name the one app, and for each of two equal configurations of logging.
    """
    if "prefect.server.api.server" in sys.modules:
        return
    from prefect.client import orchestration
    from prefect.logging import configuration
    from prefect.server.database.interface import PrefectDBInterface
    from prefect.server.utilities import server
    from prefect.settings import Settings

    _replace(Settings, "hash_key", lambda _: lambda settings: str(id(settings)))
    _replace(configuration, "load_logging_config", _read_once)
    _replace(server, "PrefectAPIRoute", put_off_routes)
    _replace(orchestration, "ssl", _read_certificates_once)
    _replace(PrefectDBInterface, "create_db", migrate_older)


def _read_certificates_once(ssl: ModuleType) -> SimpleNamespace:
    """Return a module that reads certificates once: each client of our server on loopback would read all of them."""
    return SimpleNamespace(**vars(ssl) | {"create_default_context": functools.cache(ssl.create_default_context)})


def _replace(owner: object, name: str, make: Callable[[Any], Any]) -> None:
    if hasattr(owner, name):
        setattr(owner, name, make(getattr(owner, name)))


def _read_once(load: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    read = functools.cache(load)

    def copy_config(path: Path) -> dict[str, Any]:
        return deepcopy(read(path))

    return copy_config


def migrate_older(migrate: Callable[..., Any]) -> Callable[..., Any]:
    """Return what migrates a database only where its newest migration is not that of the installed Prefect."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    async def migrate_where_older(database: Any) -> None:
        engine = await database.engine()
        try:
            async with engine.connect() as con:
                version = await con.scalar(text("select version_num from alembic_version"))
        except SQLAlchemyError:
            version = None
        if not version or f"_{version}_" not in newest_migration():
            await migrate(database)

    return migrate_where_older


class PutOff(ModuleType):
    """A module in the place of one that is imported when something of it is read."""

    def __getattr__(self, name: str) -> Any:
        """Import the module and return what it has under the name."""
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def put_off_routes(route: type[Any]) -> type[Any]:
    """Return a class of routes that read the types of their endpoint when they are asked for them.

    FastAPI reads them for each route of a router once more when the router is first asked. It passes over these.
    """
    given = signature(route).parameters.values()
    defaults = {one.name: one.default for one in given if one.default is not Parameter.empty}
    return type("PutOffRoute", (_PutOffRoute, route), {"defaults": defaults})


class _PutOffRoute:
    defaults: Mapping[str, Any]

    def __init__(self, path: str, endpoint: Callable[..., Any], **facts: Any) -> None:
        self.facts = {"path": path, "endpoint": endpoint, **self.defaults, **facts}
        self.__dict__ |= self.facts | {"stream_item_type": None}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "facts" not in self.__dict__:
            raise AttributeError(name)
        super().__init__(**self.__dict__.pop("facts"))
        return getattr(self, name)
