"""Each complaint about other tools has tests that carry its number, and README.md here says which."""

import re
from collections import Counter
from pathlib import Path

NUMBERS = (1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 23, 25)
TESTS = Path(__file__).parents[1]


def proofs():
    """How many tests of each file carry the number of each requirement, as (number, file)."""
    found = Counter()
    for path in TESTS.rglob("test_*.py"):
        for number in re.findall(r"^def test_r(\d\d)_", path.read_text(encoding="utf-8"), re.MULTILINE):
            found[int(number), path.stem] += 1
    return found


def test_each_requirement_has_tests_that_carry_its_number_and_the_table_says_where():
    told = (TESTS / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| r(\d\d) .* \| (.*) \|$", told, re.MULTILINE))
    assert [int(number) for number in rows] == list(NUMBERS)
    written = {
        (int(n), file): int(tests) for n, row in rows.items() for file, tests in re.findall(r"`(\w+)` (\d+)", row)
    }
    assert written == proofs()
    assert {number for number, _ in written} == set(NUMBERS)
