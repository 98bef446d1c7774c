"""Turn templates into pages; the same answers give the same bytes."""

from collections.abc import MutableMapping
from functools import cache
from importlib import import_module
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from pipelines.folders import typed
from reports.text import language
from reports.text.demo import notice_text

TEXTS = ("bots", "cells", "citation", "events", "formats", "freshness", "imports", "labels", "menu", "months", "places",
         "published", "reasons", "rules", "unseen", "visits", "weights")  # fmt: skip
"""The modules of `reports.text` that templates may call."""
BEST = 20
"""Of more communities a table shows the first ones, and a search finds the others."""
compiled: dict[str, bytes] = {}
"""Templates as Jinja compiled them, by its own keys: they are the same in every language."""


class Compiled(BytecodeCache):
    """Keeps compiled templates in memory, for the processes of other languages."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the template that another process has compiled."""
        if bucket.key in compiled:
            bucket.bytecode_from_string(compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled."""
        compiled[bucket.key] = bucket.bytecode_to_string()


class Templates(Environment):
    """Gives what templates may call as one plain dictionary: each import of a template looks through all of it."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template may call."""
        return {**self.globals, **(d or {})}


def render_page(template: str, **given: Any) -> str:
    """Fill one template. It also has the public names of `reports.text`."""
    return environment().get_template(template).render(**given)


def load_templates() -> None:
    """Compile every template, so that processes which come from this one need not."""
    for name in environment().list_templates():
        environment().get_template(name)


@cache
def environment() -> Environment:
    """Return where the templates are, with what they may call."""
    environment: Any = Templates(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False, extensions=["jinja2.ext.i18n"],
        bytecode_cache=Compiled(), optimized=False,  # Jinja folds constants for longer than pages gain by it
    )  # fmt: skip
    environment.policies["ext.i18n.trimmed"] = True
    for text in TEXTS:
        module = vars(import_module(f"reports.text.{text}"))
        environment.globals |= {name: each for name, each in module.items() if not name.startswith("_")}
    environment.globals |= {"BEST": BEST, "COMMAND": typed("")}
    environment.globals |= {"LANGUAGE": language.LANGUAGE, "from_data": language.from_data,
                            "as_english": language.as_english,
                            "translate": language.translate, "notice_text": notice_text}  # fmt: skip
    environment.newstyle_gettext = True
    environment.globals |= {"_": say, "gettext": say, "ngettext": say_counted}
    return environment


def say(sentence: str, **given: object) -> Markup:
    """Return one of our own sentences as `_` of a template gives it; what is given is escaped."""
    return _ours(language.gettext(sentence), given) if given else _say_plain(sentence)


@cache
def _say_plain(sentence: str) -> Markup:
    return _ours(language.gettext(sentence), {})


def say_counted(one: str, many: str, num: int, **given: object) -> Markup:
    """Return the form of one of our own sentences that fits a number; what is given is escaped."""
    return _ours(language.ngettext(one, many, num), {"num": num, **given})


def _ours(sentence: str, given: dict[str, object]) -> Markup:
    return Markup(sentence) % given  # noqa: S704 the sentence is ours, what is given is escaped
