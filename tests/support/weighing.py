"""Weigh communities anew in plain floats, and read what the page of the method shows at its sliders."""

from math import exp, fsum, sqrt
from random import Random
from statistics import NormalDist

from support.reference_pop import CONSTANTS, CORRELATION, firm_pairs, places, statistic

from reports.text.cells import place_cell, score_text
from reports.text.headlines import firmness_text, headline
from reports.text.pairs import PAIRS

FAMILY = {"code_people": "code", "commits": "code", "new_people": "people"}
METRICS = {name: FAMILY.get(name, "talk") for name in CONSTANTS}
SLIDERS = (*dict.fromkeys(METRICS.values()), *(name for name in METRICS if name != "new_people"))
LEVELS = """
select community, name, list(metric) as metrics, list(y) as y, list(y_error) as errors
from rankings.levels join raw.communities using (community) join raw.build on as_of = last_complete_month group by all
"""
MOVE = """(values) => {
    for (const [name, value] of Object.entries(values)) {
        const slider = document.getElementById("weight-" + name);
        slider.value = value;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
    }
}"""
SHOWN = """() => {
    const said = (id) => document.getElementById("weighed-" + id).textContent;
    const rows = [...document.querySelectorAll("#weighed-rows tr:not([hidden])")];
    return { verdict: said("verdict"), firmness: said("firmness"),
        flips: [...document.querySelectorAll("#weighed-flips li")].map((e) => e.textContent),
        rows: rows.map((row) => [row.dataset.community, row.querySelector(".place [aria-hidden]").textContent,
            row.querySelector("b").textContent, row.querySelector("small").textContent,
            row.querySelector(".c-said").textContent]) };
}"""
EXACT = """(values) => {
    const held = JSON.parse(document.getElementById("weights-data").textContent);
    const order = window.stackrankOrder(held), found = order.rank(order.weightsOf({ new_people: 1, ...values }));
    return Object.fromEntries(found.ranked.map((row) => [row.community.slug, [row.score, row.error]]));
}"""
FLIPS = """(values) => {
    const held = JSON.parse(document.getElementById("weights-data").textContent), all = { new_people: 1, ...values };
    const order = window.stackrankOrder(held), { closest, found } = order.flips(all, order.rank(order.weightsOf(all)));
    return { pair: [closest.ahead, closest.behind].map((row) => row.community.slug), found: found };
}"""


def draw(seed):
    """Sliders as a reader might leave them: whole numbers, some of them 0, though no ranking of one family."""
    dice = Random(seed)
    values = {name: dice.choice((0, dice.randint(1, 100), dice.randint(1, 100))) for name in SLIDERS}
    return values | {name: values[name] or 1 for name in ("people", "code", "code_people")}


def weights_of(values):
    """Return the weight of each metric; those of a family share the weight of the family, and all add up to 1."""
    values = {"new_people": 1, **values}
    inside = {family: fsum(values[m] for m in METRICS if METRICS[m] == family) for family in METRICS.values()}
    parts = {m: values[f] * values[m] / inside[f] if inside[f] else 0.0 for m, f in METRICS.items()}
    whole = fsum(parts.values())
    return {m: part / whole for m, part in parts.items() if part > 0}


def score(community, weights):
    """Return S and s of a row of LEVELS; None where a metric with a weight is missing."""
    y, errors = (dict(zip(community["metrics"], community[name], strict=True)) for name in ("y", "errors"))
    if any(y[m] is None for m in weights):
        return None
    terms = [
        weights[a] * weights[b] * (1.0 if a == b else CORRELATION[" ".join(sorted((a, b)))]) * errors[a] * errors[b]
        for a in weights for b in weights
    ]  # fmt: skip
    return round(fsum(weights[m] * y[m] for m in weights), 9), sqrt(fsum(terms))


def expected(communities, weights):
    """Return what the page must show of communities that are all large enough: as SHOWN does."""
    names = {row["community"]: row["name"] for row in communities}
    scored = {row["community"]: found for row in communities if (found := score(row, weights))}
    order = sorted(scored, key=lambda slug: (-scored[slug][0], slug))
    sets, _ = places(scored)
    rows = [
        {"community": slug, "name": names[slug], "rank": n, "rank_low": sets[slug][0], "rank_high": sets[slug][1],
         "ranked": len(order), "state": "ranked"} for n, slug in enumerate(order, 1)
    ]  # fmt: skip
    firm, shown = set(firm_pairs(scored)), [_shown(row, *scored[row["community"]]) for row in rows]
    for one, other, cells in zip(rows, rows[1:], shown, strict=False):
        pair = one["community"], other["community"]
        word = "ahead" if pair in firm else _word(*(scored[slug] for slug in pair))
        cells[-1] = PAIRS[word].format(ahead=one["name"], behind=other["name"])
    verdict = headline("overall", rows).striptags().replace("Overall", "By your weights", 1)
    return {"verdict": verdict, "firmness": firmness_text(rows), "rows": shown}, scored


def wrong_flips(communities, values, flips):
    """Return the flips at whose share two are not level, and those without a share although their order changes."""
    pair = [next(row for row in communities if row["community"] == slug) for slug in flips["pair"]]
    return [each for each in flips["found"] if each["kind"] in ("level", "none") and not _is_right(pair, values, each)]


def _is_right(pair, values, flip):
    group = [m for m, f in METRICS.items() if f == METRICS.get(flip["name"])] or sorted({*METRICS.values()})
    rest = fsum(values[name] for name in group if name != flip["name"])

    def apart(share):
        others = {name: values[name] * (1 - share) / rest for name in group}
        first, second = (score(row, weights_of(values | others | {flip["name"]: share}))[0] for row in pair)
        return first - second

    if flip["kind"] == "level":
        return abs(apart(flip["share"])) < 1e-8
    return apart(0) * apart(1) > 0


def _word(one, other):
    probability = NormalDist().cdf(statistic(one, other))
    return "probably ahead" if probability >= 0.9 else "cannot be told apart"


def _shown(row, score, error):
    ends = [score_text(100 * exp(score + side * NormalDist().inv_cdf(0.95) * error)) for side in (-1, 1)]
    place = place_cell(row["rank_low"], row["rank_high"], is_ranked=True).shown
    return [row["community"], place, score_text(100 * exp(score)), "–".join(ends), ""]
