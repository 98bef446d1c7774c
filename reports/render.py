"""Turns templates into pages; the same facts give the same bytes."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.answers import Answers
from reports.text import formats, freshness, labels, sentences


def page(template: str, known: Answers, here: str, root: str, **more: Any) -> str:
    """Fill one template; `here` names the page in the navigation, `root` leads to the site's folder (`../`)."""
    return _environment().get_template(template).render(known=known, here=here, root=root, **more)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    for module in (formats, labels, freshness, sentences):
        environment.globals |= {name: each for name, each in vars(module).items() if not name.startswith("_")}
    return environment
