"""Turn templates into pages; the same answers give the same bytes."""

from functools import cache
from importlib import import_module
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.folders import typed
from reports.text import language
from reports.text.demo import notice_text

TEXTS = ("bots", "cells", "citation", "events", "formats", "freshness", "imports", "labels", "menu", "months", "places",
         "published", "reasons", "rules", "unseen", "visits", "weights")  # fmt: skip
"""The modules of `reports.text` that templates may call."""
BEST = 20
"""Of more communities a table shows the first ones, and a search finds the others."""


def render_page(template: str, **given: Any) -> str:
    """Fill one template. It also has the public names of `reports.text`."""
    return environment().get_template(template).render(**given)


def load_templates() -> None:
    """Compile every template, so that processes that are forked from this one need not."""
    for name in environment().list_templates():
        environment().get_template(name)


@cache
def environment() -> Environment:
    """Return where the templates are, with what they may call."""
    environment: Any = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    environment.policies["ext.i18n.trimmed"] = True
    for text in TEXTS:
        module = vars(import_module(f"reports.text.{text}"))
        environment.globals |= {name: each for name, each in module.items() if not name.startswith("_")}
    environment.globals |= {"BEST": BEST, "COMMAND": typed("")}
    environment.globals |= {"LANGUAGE": language.LANGUAGE, "from_data": language.from_data,
                            "as_english": language.as_english,
                            "translate": language.translate, "notice_text": notice_text}  # fmt: skip
    environment.install_gettext_translations(language.TRANSLATIONS, newstyle=True)
    return environment
