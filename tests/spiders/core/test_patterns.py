"""Every regular expression that meets foreign bytes takes linear time, whatever stands there.

Each pattern of the spiders, the pseudonyms and the rules is found by itself, so that a new one is tried too. Its
inputs are made of its own parts: a beginning that fits, then a piece that repeats, then an end that does not fit.
"""

import importlib
import pkgutil
import re
import time
from itertools import product

import pytest

import pipelines.landing
import pipelines.privacy
import pipelines.rules
import spiders

SIZES = 4_000, 16_000
"""Two inputs, the second four times as large: linear time grows fourfold, a backtracking search sixteenfold."""
GROWTH, LEAST = 9, 0.2
"""How much more time the larger one may take, where it takes seconds worth measuring."""
MOST = 2.0
BOUNDED = {
    "spiders.core.bodies.TITLE": 20_000,
    "spiders.core.bodies.WORD": 20_000,
}
"""Patterns that meet so many characters at most: the code cuts what they search."""
PIECES = (*' a1<>()[]"=?@.\n\t:-;,', "\n ", "a ", "a.", "a@", "<a", "=?", "<a>", "re: ", "a,", '",')


def modules():
    for package in (spiders, pipelines.privacy, pipelines.rules, pipelines.landing):
        yield from (
            importlib.import_module(found.name)
            for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
            if not found.name.endswith("__main__")
        )


def patterns():
    """Yield each pattern by its name."""
    for module in modules():
        for name, value in vars(module).items():
            for number, one in enumerate(value if isinstance(value, tuple | list) else (value,)):
                if isinstance(one, re.Pattern):
                    yield f"{module.__name__}.{name}" + (f"[{number}]" if value is not one else ""), one


PATTERNS = dict(patterns())


def literals(pattern):
    """Return the longest runs of plain characters in a pattern: what an input must have to come far in it."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    return sorted(set(re.findall(r"[A-Za-z0-9<>=:?@\" -]{2,40}", text)), key=len)[-3:]


def inputs(pattern):
    """Yield pieces with the beginning before them."""
    starts = ("", "\n", *(found for run in literals(pattern) for found in (run, f"\n{run}:", f"<{run}")))
    yield from product(starts, (*PIECES, *literals(pattern)))


SOURCES = {module.__name__: module.__loader__.get_source(module.__name__) or "" for module in modules()}
USE = r"\b{}\.(match|fullmatch|search|findall|finditer|sub)\b"


def ways(name):
    """Return by which methods a pattern is used: one that is only matched at the beginning need not be searched for."""
    module, _, own = name.partition("[")[0].rpartition(".")
    uses = re.findall(USE.format(own), SOURCES[module])
    return {use if use in ("match", "fullmatch") else "search" for use in uses} or {"search"}


def seconds(name, text):
    pattern = PATTERNS[name]
    given = text if isinstance(pattern.pattern, str) else text.encode()
    started = time.process_time()
    for way in ways(name):
        getattr(pattern, way)(given)
    return time.process_time() - started


def is_linear(name, small, large):
    before, after = seconds(name, small), seconds(name, large)
    return after < max(LEAST, min(MOST, GROWTH * before))


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_takes_linear_time_on_its_worst_input(name):
    for start, piece in inputs(PATTERNS[name]):
        small, large = (start + piece * (min(size, BOUNDED.get(name, size)) // len(piece)) + "\0" for size in SIZES)
        assert any(is_linear(name, small, large) for _ in range(3)), (start, piece)  # a busy processor is slow at times


def test_every_pattern_has_a_name_so_that_it_is_tried():
    """A pattern inside a function would be tried by nobody."""
    calls = re.compile(r"\bre\.(?:match|search|fullmatch|sub|findall|finditer|split)\(")
    assert {name for name, text in SOURCES.items() if calls.search(text)} <= {"pipelines.privacy.decisions"}
    assert len(PATTERNS) > 60
