"""Every sentence of a template goes through gettext, so that a catalogue of translations can replace it."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import nodes

from pipelines.folders import CHECKOUT
from reports.render import environment

TEMPLATES = sorted((CHECKOUT / "reports/templates").glob("*.html"))
GETTEXT = {"_", "gettext", "ngettext"}
VOICED = {"aria-label", "alt", "title", "placeholder"}
UNTRANSLATED = {"CSV", "Parquet", "PNG", "SVG"}
LETTERS = re.compile(r"[^\W\d_]{2}")
PHRASE = re.compile(r"[A-Z][a-z]|[a-z] [a-z]")
VALUE = "0"
"""What stands in a page for a value that the template does not know."""


class Texts(HTMLParser):
    """Collects what a reader of a page reads or hears; code is nobody's language."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.code = [], 0

    def handle_starttag(self, tag, attributes):
        self.code += tag in {"code", "script", "style"}
        self.found += [value for name, value in attributes if name in VOICED and value]

    def handle_endtag(self, tag):
        self.code -= tag in {"code", "script", "style"}

    def handle_data(self, data):
        self.found += [] if self.code else [data]


def literal_texts(source):
    """Return the texts of a template that do not come through gettext."""
    tree = environment().parse(source)
    page = Texts()
    page.feed("".join(map(shown, tree.find_all(nodes.Output))))
    page.close()
    texts = [" ".join(text.split()) for text in page.found]
    given = [text for call in tree.find_all(nodes.Call) if not is_gettext(call) for text in phrases(call)]
    return [text for text in [*texts, *given] if LETTERS.search(text) and text not in UNTRANSLATED]


def shown(output):
    """Return what an output shows, with every branch of its conditions."""
    return "".join(map(shown_by, output.nodes))


def shown_by(node):
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.CondExpr):
        return f"{shown_by(node.expr1)} {shown_by(node.expr2) if node.expr2 else ''}"
    if isinstance(node, nodes.Or):
        return f"{shown_by(node.left)} {shown_by(node.right)}"
    return str(node.value) if isinstance(node, nodes.Const) else VALUE


def is_gettext(node):
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in GETTEXT


def phrases(node):
    """Yield the strings below a node that look like language, outside of calls of gettext."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Const) and isinstance(child.value, str) and PHRASE.search(child.value):
            yield child.value
        elif not is_gettext(child):
            yield from phrases(child)


@pytest.mark.parametrize(("source", "found"), [
    ("<p>One {{ x }}.</p>", ["One 0."]), ("{% trans %}One.{% endtrans %}", []), ('{{ _("One") }}', []),
    ("<p class='a{{ \" bad\" if x }}'>{{ 'never seen' if x else y }}</p>", ["never seen 0"]),
    ("<p aria-label='Pages'><code>stackrank</code> <a>CSV</a>, 2</p>", ["Pages"]),
    ('{{ show.table("Every source", [_("Kind"), "Until"], x | join(", ")) }}', ["Every source", "Until"]),
])  # fmt: skip
def test_texts_outside_of_gettext_are_found(source, found):
    assert literal_texts(source) == found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_of_a_template_stands_outside_of_gettext(path):
    assert literal_texts(path.read_text(encoding="utf-8")) == []
