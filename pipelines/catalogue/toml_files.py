"""Read the TOML files that people write: a file is right, or all of its mistakes are named at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

import tomli

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    Model = TypeVar("Model", bound=BaseModel)

Table = dict[str, Any]
SENTENCES: Mapping[str, str] = {
    "missing": "missing",
    "date_type": "not a date: {input!r:.80}",
    "bool_type": "neither true nor false: {input!r:.80}",
    "int_type": "not a whole number: {input!r:.80}",
    "float_type": "not a number: {input!r:.80}",
    "model_type": "not a table: {input!r:.80}",
    "dict_type": "not a table: {input!r:.80}",
    "dataclass_type": "not a table: {input!r:.80}",
    "value_error": "{error}",
}
"""Our sentence for each type of error that pydantic finds in our files."""
MOST_NAMED = 40
UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")


class WrongFileError(Exception):
    """A file that people write is wrong; the text has one line per mistake, naming file and key."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(" ".join(mistake.splitlines()) for mistake in mistakes))


def read_toml(path: Path, model: "type[Model]") -> "Model":
    """Return the content of a file as a model; raises WrongFileError with all mistakes of the file."""
    try:
        table = parse_toml(path)
    except ValueError as wrong:
        raise WrongFileError(f"{path.name}: {wrong}") from None
    content, mistakes = validate(table, model)
    if content is None:
        raise WrongFileError(*(f"{path.name}: {mistake}" for mistake in mistakes))
    return content


def parse_toml(path: Path) -> Table:
    """Return the tables of a file; raises ValueError, which says why they cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    try:
        return tomli.loads(content.decode())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"not UTF-8 (at line {line})") from error
    except ValueError as error:
        raise ValueError(f"not TOML: {error}") from error


def validate(table: Table, model: "type[Model]") -> "tuple[Model | None, list[str]]":
    """Return a table as a model and no mistakes, or None and all mistakes, unknown keys first."""
    from pydantic import ValidationError

    try:
        return model.model_validate(table), []
    except ValidationError as wrong:
        errors = sorted(wrong.errors(include_url=False), key=lambda error: error["type"] not in UNKNOWN_KEY)
        return None, [_mistake(model, error) for error in errors]


def nearest(word: str, known: Collection[str]) -> str:
    """Return the end of a sentence about an unknown word: the known one that it resembles, else all where few are."""
    if near := get_close_matches(word, known, n=1):
        return f"; did you mean {near[0]!r}?"
    return f" (known: {', '.join(sorted(known))})" if 0 < len(known) <= MOST_NAMED else ""


def _mistake(model: "type[BaseModel]", error: "ErrorDetails") -> str:
    place, models = _place(model, error["loc"])
    if error["type"] in UNKNOWN_KEY:
        sentence = _of_unknown_key(str(error["loc"][-1]), models)
    else:
        form = SENTENCES.get(error["type"], "{message}: {input!r:.80}")
        cause = error.get("ctx", {}).get("error")
        sentence = form.format(input=error["input"], error=cause, message=error["msg"])
    return f"{place}: {sentence}" if place else sentence


def _of_unknown_key(key: str, models: Iterable[type]) -> str:
    """Return what is wrong with a key: only another kind of table has it, or no table has it."""
    bases = (base for model in models for base in reversed(model.__mro__) if key in getattr(base, "model_fields", {}))
    if owner := next(bases, None):
        return f"only {vars(owner)['known_as']} has it"
    return "unknown key" + nearest(key, {known for model in models for known in _keys(model)})


def _place(model: type, loc: tuple[int | str, ...]) -> tuple[str, list[type]]:
    """Return a place as people write it, `sources[0].urls[1]`, and the classes that its last key can belong to.

    In a union of classes pydantic names the one that it chose; this is no part of the place.
    """
    place, models, below = "", [model], [model]
    for number, part in enumerate(loc):
        if isinstance(part, int):
            place += f"[{part}]"
            continue
        models, is_last = below, number == len(loc) - 1
        annotations = [keys[part] for keys in map(_keys, models) if part in keys]
        if annotations or is_last or len(models) == 1:
            place += f".{part}"
            below = _models(annotations) or models
    return place.removeprefix("."), models


def _keys(model: type) -> dict[str, Any]:
    """Return the keys of a class of tables, each with its annotation."""
    if fields := getattr(model, "model_fields", None):
        return {field.alias or name: field.annotation for name, field in fields.items()}
    return {_alias(hint) or name: hint for name, hint in get_type_hints(model, include_extras=True).items()}


def _alias(hint: object) -> str | None:
    return next((alias for part in get_args(hint) if (alias := getattr(part, "alias", None))), None)


def _models(annotations: Iterable[object]) -> list[type]:
    """Return the classes of tables that annotations are made of."""
    found = [each if _is_table(each) else _models(get_args(each)) for each in annotations]
    return [one for each in found for one in (each if isinstance(each, list) else [each])]


def _is_table(annotation: object) -> bool:
    return isinstance(annotation, type) and (hasattr(annotation, "model_fields") or is_dataclass(annotation))
