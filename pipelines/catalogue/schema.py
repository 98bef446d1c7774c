"""Write what the class CommunityFile says: a JSON Schema for editors, and the tables of keys in data/README.md.

Run `uv run python -m pipelines.catalogue.schema` after a change of it or of its parts.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from pipelines.catalogue.community_file import CommunityFile
from pipelines.catalogue.facts import FactBlock, ReleaseDateBlock
from pipelines.catalogue.field_types import NEEDED
from pipelines.catalogue.sources import FAMILIES
from pipelines.folders import DECLARED

SCHEMA_FILE = DECLARED / "community.schema.json"
README_FILE = DECLARED / "README.md"
_TABLE = re.compile(r"(<!-- keys of (\w+), [^>]* -->\n).*?(\n<!-- end of keys -->)", re.DOTALL)


class _TomlSchema(GenerateJsonSchema):
    """The schema of a TOML file: it has no null, and its keys are their own titles."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        return {key: value for key, value in written.items() if key != "default" or value not in (None, [], ())}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 (pydantic names it)
        return False


def community_schema() -> dict[str, Any]:
    """Return the JSON Schema of a community file."""
    schema = CommunityFile.model_json_schema(schema_generator=_TomlSchema)
    return {"$schema": _TomlSchema.schema_dialect, **schema}


def readme_with_tables(text: str) -> str:
    """Return a page with the tables of keys in it as the classes say them."""
    schema = community_schema()
    tables = {
        "communities": _table(_rows(schema)),
        "sources": _source_table(schema["$defs"]),
        "release_dates": _table(_rows(schema["$defs"][ReleaseDateBlock.__name__])),
        "facts": _table(_rows(schema["$defs"][FactBlock.__name__])),
    }
    return _TABLE.sub(lambda found: f"{found[1]}\n{tables[found[2]]}\n{found[3]}", text)


def write_all() -> None:
    """Write the schema and the tables."""
    SCHEMA_FILE.write_text(json.dumps(community_schema(), indent=2) + "\n", encoding="utf-8")
    page = README_FILE.read_text(encoding="utf-8")
    README_FILE.write_text(readme_with_tables(page), encoding="utf-8")


def _rows(table: dict[str, Any]) -> list[tuple[str, ...]]:
    required = table["required"]
    return [
        (f"`{key}`", says.get(NEEDED, "yes" if key in required else "no"), says["description"])
        for key, says in table["properties"].items()
    ]


def _source_table(tables: dict[str, Any]) -> str:
    """Return the table of the keys of all families, each with the sources that have it and that need it."""
    properties: dict[str, Any] = {}
    for family in FAMILIES:
        for key, says in tables[family.__name__]["properties"].items():
            properties.setdefault(key, says)
    rows = [
        (f"`{key}`", says.get(NEEDED) or _needed(key, tables), _owner(key), says["description"])
        for key, says in properties.items()
    ]
    return _table(rows, ("of",))


def _needed(key: str, tables: dict[str, Any]) -> str:
    families = [tables[family.__name__] for family in FAMILIES]
    needing = [kind for table in families if key in table["required"] for kind in _kinds(table)]
    others = [kind for table in families if key not in table["required"] for kind in _kinds(table)]
    if not needing:
        return "no"
    if not others:
        return "yes"
    return f"yes, but not for {_listed(others)}" if len(others) < len(needing) else f"for {_listed(needing)}"


def _kinds(table: dict[str, Any]) -> list[str]:
    kind = table["properties"]["kind"]
    return kind.get("enum") or [kind["const"]]


def _listed(kinds: list[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds)


def _owner(key: str) -> str:
    """Return which sources have a key, as the class that declares it is known."""
    bases = (base for family in FAMILIES for base in reversed(family.__mro__))
    return next(vars(base)["known_as"] for base in bases if key in getattr(base, "model_fields", {}))


def _table(rows: Iterable[tuple[str, ...]], more: tuple[str, ...] = ()) -> str:
    heading = ("key", "needed", *more, "what it says")
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    write_all()
