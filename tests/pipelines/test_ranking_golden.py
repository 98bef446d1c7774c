"""The golden examples of the ranking: every table, what moves in it, and who turns an order."""

import math
from datetime import date

import pytest
from support.golden_panel import SLUGS, months_of
from support.ranking import AS_OF, MONTHS, UNSEEN, made, tables_made

GOLDEN = {  # index, s, places
    "alpha": (101.752955439, 0.058163104, 1, 1),
    "beta": (53.141245811, 0.084496553, 2, 4),
    "gamma": (50.186159424, 0.075700992, 2, 4),
    "epsilon": (48.617610148, 0.077681232, 2, 4),
}
PARTS = {  # level, D, phi, y, se
    ("alpha", "code_people"): (39.583333333, 0.472361809, 0.659961111, 0.219045185, 0.044526919),
    ("epsilon", "commits"): (78.568421053, 6.326820038, 9.354982575, -1.504455207, 0.125646078),
}


@pytest.fixture(scope="module")
def golden():
    """Every table of the example's last edition and of those of a month and a year before, by its key."""
    wanted = ("monthly", "components", "levels", "pairs", "distances", "movement", "chances")
    rows = dict(zip(wanted, tables_made(wanted, months_of(*SLUGS), first_ranking=date(2012, 6, 1)), strict=True))
    return {name: [row for row in found if row["as_of"] == AS_OF] for name, found in rows.items()}


def of_code(golden, table, *key):
    return {tuple(row[name] for name in key): row for row in golden[table] if row.get("family", "code") == "code"}


@pytest.mark.parametrize("community", GOLDEN)
def test_the_golden_example(golden, community):
    row = of_code(golden, "monthly", "community")[community,]
    index, error, low, high = GOLDEN[community]
    assert (round(row["index"], 9), round(row["score_error"], 9)) == (index, error)
    assert row["score"] == pytest.approx(math.log(index / 100), abs=1e-9)
    assert (row["rank_low"], row["rank_high"], row["rank"]) == (low, high, list(GOLDEN).index(community) + 1)
    assert (row["ranked"], row["cut"], round(row["threshold"], 4)) == (4, 3, 2.1280)
    assert (row["method"], row["method_sha256"]) == ("pop-test", "c0ffee")


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_of_the_golden_example(golden, part):
    row = of_code(golden, "levels", "community", "metric")[part]
    assert (
        tuple(round(row[name], 9) for name in ("level", "own_dispersion", "dispersion", "y", "y_error")) == PARTS[part]
    )
    component = of_code(golden, "components", "community", "metric")[part]
    assert [component[name] for name in ("level", "dispersion", "y", "y_error")] == [
        row[name] for name in ("level", "dispersion", "y", "y_error")
    ]


def test_the_range_of_a_level_holds_its_bounds_and_its_noise(golden):
    for row in of_code(golden, "levels", "community", "metric").values():
        if row["level"] is None:
            assert (row["range_low"], row["range_high"]) == (None, None)
            continue
        low, high = (row["level"] if row[name] is None else row[name] for name in ("low", "high"))
        offset = {"code_people": 1, "commits": 5}.get(row["metric"])
        if offset:
            reach = math.exp(1.6448536269514722 * row["y_error"])
            assert row["range_low"] == pytest.approx(max((low + offset) / reach - offset, 0))
            assert row["range_high"] == pytest.approx((high + offset) * reach - offset)
        assert 0 <= row["range_low"] <= low <= high <= row["range_high"]


def test_the_states_and_the_brackets_of_the_golden_example(golden):
    rows = of_code(golden, "monthly", "community")
    said = {c: tuple(rows[c,][key] for key in ("state", "reason_code", "months")) for c in SLUGS}
    assert said["epsilon"] == ("ranked", None, 10)
    assert said["delta"] == ("quiet", "quiet", 12)
    assert said["zeta"] == ("not observed", "not_observed", 8)
    assert [rows[c,]["level_until"] for c in GOLDEN] == [1, 4, 4, 4]
    assert {rows[c,]["possible_low"] for c in SLUGS} == {None}, "zeta has no metric at all"


def test_the_pairs_of_the_golden_example(golden):
    rows = of_code(golden, "pairs", "ahead", "behind")
    assert [*rows] == [("alpha", "beta"), ("beta", "gamma"), ("gamma", "epsilon")]
    assert [row["word"] for row in rows.values()] == ["ahead", "cannot be told apart", "cannot be told apart"]
    assert [row["firm"] for row in rows.values()] == [True, False, False]
    assert round(rows["beta", "gamma"]["probability"], 9) == 0.692982735
    assert rows["beta", "gamma"]["flip_weight"] is None, "gamma is behind by people and by commits"
    assert {row["fragility"] for row in rows.values()} == {None}, "no author is known here"


def test_the_distances_of_the_golden_example(golden):
    rows = of_code(golden, "distances", "behind", "metric")
    needed = {metric: rows["gamma", metric] for metric in ("code_people", "commits")}
    assert {metric: round(row["needed"], 9) for metric, row in needed.items()} == {
        "code_people": 1.158022443, "commits": 8.832374566,
    }  # fmt: skip
    assert {metric: row["needed_whole"] for metric, row in needed.items()} == {"code_people": 2, "commits": 9}


def test_the_chances_of_the_golden_example(golden):
    chances = {key: row["chance"] for key, row in of_code(golden, "chances", "community", "rank").items()}
    assert [round(chances["beta", rank], 9) for rank in (1, 2, 3, 4)] == [0, 0.606178024, 0.261494037, 0.132327939]
    assert round(chances["epsilon", 4], 9) == 0.539320774


def test_a_movement_has_its_span_its_interval_and_a_word(golden):
    rows = of_code(golden, "movement", "community", "span")
    assert {span for _, span in rows} == {"month", "year"}, "June 2013 is not compared with itself"
    assert rows["alpha", "year"]["earlier"] == date(2012, 6, 1)
    for row in rows.values():
        assert row["low"] < row["growth"] < row["high"]
    assert rows["alpha", "month"]["word"] == "steady"
    assert ("zeta", "month") not in rows, "who has no score does not move"


MOVED = {  # alpha under another name, with a source that moved: family, month, action, and the spans without a word
    "in-the-last-month": ("code", AS_OF, "censor", ["month", "year"]),
    "in-the-first-of-the-last-year": ("code", date(2012, 7, 1), "censor", ["month", "year"]),
    "in-the-month-compared-with": ("code", date(2012, 6, 1), "censor", ["month", "year"]),
    "a-month-earlier": ("code", date(2012, 5, 1), "censor", ["year"]),
    "in-the-first-of-both-years": ("code", date(2011, 7, 1), "censor", ["year"]),
    "before-both-years": ("code", date(2011, 6, 1), "censor", []),
    "elsewhere": ("talk", AS_OF, "censor", []),
    "where-both-can-be-read": ("code", AS_OF, "stitch", []),
}


@pytest.fixture(scope="module")
def movements():
    """The words and reasons of the movement of each, from one ranking of all of them."""
    rows = [row for row in months_of("alpha", "beta") if row[0] == "beta"]
    rows += [(name, *row[1:]) for name in MOVED for row in months_of("alpha")]
    moves = [(name, *moved[:3]) for name, moved in MOVED.items()]
    (found,) = tables_made(("movement",), rows, moves=moves, first_ranking=date(2012, 6, 1))
    return {
        (row["community"], row["span"]): (row["word"], row["reason_code"], row["break_month"], row["growth"] is None)
        for row in found
        if (row["as_of"], row["family"]) == (AS_OF, "code")
    }


@pytest.mark.parametrize("name", MOVED)
def test_a_source_that_moved_and_cannot_be_read_takes_the_word_from_windows_in_which_it_moved(movements, name):
    _, month, _, spans = MOVED[name]
    found = {span: said for (community, span), said in movements.items() if community == name}
    assert found.keys() == {"month", "year"}
    assert [span for span, said in found.items() if said == (None, "moved", month, True)] == spans
    assert all(said[0] and said[1:] == (None, None, False) for span, said in found.items() if span not in spans)


def test_the_golden_example_of_all_six_metrics():
    rows = months_of("alpha", "beta", "gamma", rankings=("code", "overall"))
    rankings, components = made(rows)
    overall = {community: rankings["overall", community] for community in ("alpha", "beta", "gamma")}
    assert [round(row["score"], 9) for row in overall.values() if row["score"]] == [-0.314765952, -0.761785944]
    assert [round(overall[c]["score_error"], 9) for c in ("alpha", "beta")] == [0.041654471, 0.054921868]
    assert overall["alpha"]["index"] == pytest.approx(72.995969989, abs=1e-8)
    assert [(row["rank"], row["rank_low"], row["rank_high"]) for row in overall.values()] == [
        (1, 1, 1), (2, 2, 2), (None, None, None),
    ]  # fmt: skip
    gamma = overall["gamma"]
    assert (gamma["state"], gamma["missing"]) == ("not observed", "people, talk")
    assert (gamma["possible_low"], gamma["possible_high"]) == (2, 3)
    known = [c for key, c in components.items() if key[:2] == ("overall", "gamma") and c["state"] != "missing"]
    assert sum(c["weight"] for c in known) == pytest.approx(0.45)


BEGAN = {  # the first month of code, that of talk, and whether newcomers of the last year are more than they were
    "in-the-last-year": (date(2010, 7, 1), date(2012, 7, 1), "began"),
    "with-the-community": (date(2012, 7, 1), date(2012, 7, 1), None),
    "long-before": (date(2010, 7, 1), date(2011, 6, 1), None),
}


@pytest.mark.parametrize("name", BEGAN)
def test_a_channel_that_began_takes_the_word_where_newcomers_count(name):
    code, talk, reason = BEGAN[name]
    channels = [("alpha", family, month, "observed") for family, month in (("code", code), ("talk", talk))]
    channels += [("alpha", "talk", date(2010, 7, 1), "not_applicable")]
    rows = months_of("alpha", "beta", rankings=("code", "overall"))
    (found,) = tables_made(("movement",), rows, channels=channels, first_ranking=date(2012, 6, 1))
    said = {row["family"]: row for row in found if (row["community"], row["span"]) == ("alpha", "year")}
    assert {family: row["reason_code"] for family, row in said.items()} == {
        "code": None, "talk": None, "people": reason, "overall": reason,
    }  # fmt: skip
    assert (said["people"]["break_month"], said["people"]["growth"] is None) == (talk if reason else None, bool(reason))


def test_others_change_no_pair_but_its_firmness(golden):
    """A pair keeps its difference, its error and its probability; what is firm is said of a whole table."""
    (pairs,) = tables_made(("pairs",), months_of("beta", "gamma"))
    (small,) = of_code({"pairs": pairs}, "pairs", "ahead", "behind").values()
    whole = of_code(golden, "pairs", "ahead", "behind")["beta", "gamma"]
    kept = ("difference", "error", "probability", "flip_weight")
    assert [small[key] for key in kept] == [whole[key] for key in kept]


def test_two_runs_give_the_same_rows(golden):
    again = tables_made([*golden], months_of(*SLUGS), first_ranking=date(2012, 6, 1))
    assert [[row for row in found if row["as_of"] == AS_OF] for found in again] == [*golden.values()]


def authored(community, commits, months=MONTHS):
    """Return acts of code: each author of `commits` makes so many in each of the months."""
    return [
        (community, "code", month, author, number) for author, number in commits.items() if number for month in months
    ]


def counted(community, acts):
    """Return the months of code that these acts are."""
    return [
        (community, metric, month, float(value), "observed", 1.0, None)
        for month in MONTHS
        for metric, value in (
            ("code_people", sum(act[0] == community and act[2] == month for act in acts)),
            ("commits", sum(act[4] for act in acts if act[0] == community and act[2] == month)),
        )
    ]


def test_the_fewest_authors_without_whom_the_one_ahead_is_level():
    acts = authored("large", {"a": 50, "b": 20, "c": 4, "d": 4}) + authored("small", {"x": 20, "y": 8, "z": 2})
    rows = counted("large", acts) + counted("small", acts)
    ((pair,),) = [[row for row in rows if row["family"] == "code"] for rows in tables_made(("pairs",), rows, acts=acts)]
    assert (pair["ahead"], pair["behind"], pair["fragility"], pair["fragility_of"]) == ("large", "small", 1, 4)


def test_months_that_were_not_seen_give_no_author():
    acts = authored("large", {"a": 50, "b": 20, "c": 9, "d": 9, "e": 9}, MONTHS[:9]) + authored(
        "large", {"f": 1}, MONTHS[9:]
    )
    rows = counted("large", acts) + counted("small", authored("small", {"x": 1, "y": 1, "z": 1}))
    unseen = [(*row[:3], *UNSEEN, None) if row[0] == "large" and row[2] in MONTHS[9:] else row for row in rows]
    (pairs,) = tables_made(("pairs",), unseen, acts=acts)
    assert [row["fragility_of"] for row in pairs if row["family"] == "code"] == [5]
