"""The method file: its constants, and what it refuses."""

from datetime import date
from pathlib import Path

import pytest
from support.ranking import FROZEN

from pipelines.catalogue.toml_files import WrongFileError
from pipelines.ranking import method

NUMBERS = ("weight", "offset", "reference", "coverage_exponent", "dispersion", "dispersion_exponent")


def correlation(one, other, of=FROZEN):
    (found,) = (row["correlation"] for row in of.correlations if (row["metric"], row["other"]) == (one, other))
    return found


def test_the_constants_are_those_of_their_version(tmp_path):
    """A changed constant needs a new version; here both change together."""
    assert FROZEN.version == "pop-1.0"
    told = {m["metric"]: tuple(m[k] for k in NUMBERS) for m in FROZEN.metrics}
    assert told == {
        "talk_people": (0.25, 1, 253, 0.45, 2.5, 0.20),
        "threads_replied": (0.10, 1, 424, 1, 3.0, 0.35),
        "messages": (0.10, 4, 1149, 1, 25, 0.35),
        "code_people": (0.25, 1, 31.60, 0.45, 1.3, 0.10),
        "commits": (0.20, 5, 371.2, 1, 18, 0.20),
        "new_people": (0.10, 1, 4.416, 0.45, 2.0, 0.15),
    }
    assert {f["family"]: f["weight"] for f in FROZEN.families} == pytest.approx(
        {"talk": 0.45, "code": 0.45, "people": 0.10}
    )
    frozen = {
        "alpha": 0.10, "probable": 0.90, "memory": 1.5, "past_months": 36, "fewest_pairs": 12, "prior_pairs": 20,
        "clamp": 4, "least_growth": 0.05, "steady_growth": 0.10, "compared_with": date(2013, 6, 1),
    }  # fmt: skip
    assert {name: FROZEN.rules[name] for name in frozen} == frozen
    assert correlation("messages", "new_people") == 0.40
    other = tmp_path / "method.toml"
    other.write_bytes(Path(method.METHOD_FILE).read_bytes() + b"\n")
    assert method.load(other).sha256 != FROZEN.sha256


@pytest.mark.parametrize(("right", "wrong", "complaint"), [
    ("weight = 0.20", "weight = 0.21", "the weights add up to 1.01, not to 1"),
    ("[metrics.commits]", "[metrics.stars]", "stars, which is not a metric"),
    ("[metrics.commits]", "[metrics.layers]", "layers, which is not a metric"),
    ('family = "people"', 'family = "members"', "the family members, which the method does not name"),
    ("dispersion = 18.0", "", r"method.toml: metrics.commits.dispersion: missing"),
    ("commits = 0.60, messages", "commits = 0.61, messages", "not symmetric"),
    ("{ code_people = 1.0", "{ code_people = 0.9", "with itself is not 1"),
    ("talk_people = 1.0, threads", "threads", "has not the metrics"),
    ("0.80", "0.10", None),
    ("0.25", "0.99", "not positive definite"),
])  # fmt: skip
def test_a_method_that_contradicts_itself_is_refused(tmp_path, right, wrong, complaint):
    text = Path(method.METHOD_FILE).read_text()
    head, matrix = text.split("[correlation]")
    assert right in text
    path = tmp_path / "method.toml"
    in_matrix = right in matrix
    changed = (head, matrix.replace(right, wrong)) if in_matrix else (head.replace(right, wrong, 1), matrix)
    path.write_text("[correlation]".join(changed))
    if complaint is None:
        assert correlation("messages", "talk_people", method.load(path)) == 0.10
    else:
        with pytest.raises(WrongFileError, match=complaint):
            method.load(path)


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 11, 23), date(2026, 10, 1)),
        (date(2026, 11, 6), date(2026, 10, 1)),
        (date(2026, 11, 5), date(2026, 9, 1)),
        (date(2026, 1, 6), date(2025, 12, 1)),
        (date(2026, 1, 5), date(2025, 11, 1)),
    ],
)
def test_r13_a_month_is_complete_five_days_after_its_end(today, month):
    assert method.load().last_complete_month(today) == month


def test_the_method_says_which_lists_are_shown_only():
    decides = method.load().is_shown_only
    asked = [("ko", "users"), ("ko", "developers"), ("zh", "users"), ("en", "users"), ("ko", None)]
    assert [each for each in asked if decides(*each)] == [("ko", "users")]
