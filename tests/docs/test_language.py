"""Documents, help, templates and sentences are plain English: no private words, at most 25 words a sentence."""

import argparse
import ast
import re
from textwrap import dedent

import pytest
from support.readme import DOCUMENTS

from flows.cli import parser
from pipelines.folders import CHECKOUT

MAX_WORDS = 25
DENIED = (
    "whose date", "has place", "have place", "sing", "sings", "tonight", "of today", "of today's", "is let in",
    "are let in", "not let in", "strays", "seen well", "told", "rehearsal", "rehearse", "rehearses", "machine mail",
    "mail of machines", "commits of machines", "quiet night", "a night", "the night", "by night", "everything in",
    "left out", "is held to be", "are held to be", "withheld", "has told", "anew", "mended", "is had", "not had",
    "wall against robots", "asks for peace",
)  # fmt: skip
DENY = re.compile(rf"\b(?:{'|'.join(map(re.escape, DENIED))})\b(?! apart)", re.I)
SENTENCE_END = re.compile(r"(?<=[.!?])[)\"”]?\s+(?=[\"“(]?(?:[A-Z`0-9]|stackrank))")
TEXT_MODULES = sorted((CHECKOUT / "reports").glob("text/*.py")) + sorted((CHECKOUT / "reports").glob("pages/*.py"))
TEMPLATES = sorted((CHECKOUT / "reports/templates").glob("*.html"))


def markdown_blocks(text):
    """Return line and text of each paragraph and list item, without code, tables, quotes and comments."""
    text = re.sub(r"<!--.*?-->", lambda found: "\n" * found[0].count("\n"), text, flags=re.S)
    text = re.sub(r"^ *```.*?^ *```$", lambda found: "\n" * found[0].count("\n"), text, flags=re.S | re.M)
    blocks, current = [], None
    for number, line in enumerate(text.splitlines(), 1):
        is_item = re.match(r" *(?:[-*]|\d+\.) ", line)
        if not line.strip() or line.lstrip().startswith(("|", ">", "#")) or (line.startswith("    ") and not current):
            current = None
        elif current and not is_item:
            current[1] += f" {line.strip()}"
        else:
            current = [number, re.sub(r"^ *(?:[-*]|\d+\.) ", "", line).strip()]
            blocks.append(current)
    return [(number, plain(block)) for number, block in blocks]


def plain(text):
    """Return a text with one word for each code span and each link, so that addresses count as a word."""
    text = re.sub(r"`[^`]*`", "CODE", text)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def help_blocks():
    """Return the paragraphs of the help of all commands."""
    top = parser()
    (commands,) = (action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    for name, command in [("stackrank", top), *commands.choices.items()]:
        texts = [command.description or "", *(str(action.help or "") for action in command._actions)]
        epilog = re.split(r"\n\n|\n(?=  \S)", dedent(command.epilog or ""))
        yield from ((f"{name} --help", " ".join(text.split())) for text in [*texts, *epilog] if text)
    yield from ((f"{action.dest} --help", action.help or "") for action in commands._choices_actions)


def template_blocks(text):
    """Return line and text of each piece of a page between tags that end a sentence."""
    text = re.sub(r"{#.*?#}", lambda found: "\n" * found[0].count("\n"), text, flags=re.S)
    text = re.sub(r"<(script|style).*?</\1>", lambda found: "\n" * found[0].count("\n"), text, flags=re.S)
    text = re.sub(r"{{ *_\(\s*\"(.*?)\"\s*\) *}}", r"\1", text, flags=re.S)
    text = re.sub(r"{{.*?}}", "VALUE", text, flags=re.S)
    text = re.sub(r"</?(?:a|b|em|strong|code|abbr|span|time|i)\b[^>]*>", "", text)
    line = 1
    for piece in re.split(r"(<[a-zA-Z/!][^>]*>|{%.*?%})", text, flags=re.S):
        start = line + piece[: len(piece) - len(piece.lstrip())].count("\n")
        line += piece.count("\n")
        if piece.strip() and not piece.startswith(("<", "{%")):
            yield start, " ".join(piece.split())


def constants(text):
    """Return line and text of each string of a module that is no docstring."""
    tree = ast.parse(text)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and " " in node.value
        ):
            yield node.lineno, " ".join(node.value.split())


def faults(name, blocks):
    """Return file, line and sentence of each sentence that is too long or has a denied word."""
    found = []
    for number, block in blocks:
        for sentence in SENTENCE_END.split(block):
            count, denied = len(re.findall(r"\S*\w\S*", sentence)), DENY.search(sentence)
            if count > MAX_WORDS or denied:
                found.append(f"{name}:{number}: {repr(denied[0]) if denied else f'{count} words'}: {sentence}")
    return found


def named(paths):
    return [pytest.param(path, id=str(path.relative_to(CHECKOUT))) for path in paths]


def test_a_long_sentence_and_a_denied_word_are_found():
    long = "One " * 26
    assert faults("x", markdown_blocks(f"# Told\n\nShort.\n{long}end. Then.\n\n    told\n\n| told |\n")) != []
    assert faults("x", [(7, "Nobody told us.")]) == ["x:7: 'told': Nobody told us."]
    assert faults("x", markdown_blocks("```\ntold\n```\n\n- one `told` two\n")) == []
    assert list(template_blocks("<p>One <b>two</b>\n{{ x }}.</p>\n{% if a %}<p>Three</p>")) == [
        (1, "One two VALUE."), (3, "Three"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", named(DOCUMENTS))
def test_documents_are_plain(path):
    found = faults(path.relative_to(CHECKOUT), markdown_blocks(path.read_text(encoding="utf-8")))
    assert found == [], "\n".join(found)


def test_the_help_is_plain():
    found = faults("flows", help_blocks())
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_templates_are_plain(path):
    found = faults(path.relative_to(CHECKOUT), template_blocks(path.read_text(encoding="utf-8")))
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("path", named(TEXT_MODULES))
def test_sentences_of_pages_are_plain(path):
    found = faults(path.relative_to(CHECKOUT), constants(path.read_text(encoding="utf-8")))
    assert found == [], "\n".join(found)
