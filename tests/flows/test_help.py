"""The help of every command is in plain English."""

import argparse
import re

import pytest

from flows.cli import COMMANDS, EPILOG, parser

LONGEST = 25
DENIED = re.compile(r"\b(night|nights|tonight|told|whose|rehears\w*|seen well|held|had)\b")


def texts() -> list[tuple[str, str]]:
    """Return each help text with the command that it is of."""
    (commands,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    options = [(name, action.help or "") for name, one in commands.choices.items() for action in one._actions]
    return [*((name, command.HELP) for name, command in COMMANDS.items()), *options, ("stackrank", EPILOG)]


@pytest.mark.parametrize(("command", "text"), texts())
def test_a_help_text_has_short_sentences_and_no_private_words(command, text):
    sentences = re.split(r"[.;:](?:\s|$)|\n\n|\n  (?=\S)", text)
    assert [sentence for sentence in sentences if len(sentence.split()) > LONGEST] == []
    assert DENIED.findall(text) == []


def test_a_line_of_help_begins_small_and_ends_without_a_full_stop():
    assert [command.HELP for command in COMMANDS.values() if command.HELP[0].isupper() or command.HELP[-1] == "."] == []
