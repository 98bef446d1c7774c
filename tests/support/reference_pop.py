"""A second reading of the method, in plain floats and loops; it shares no code and no constants with the product."""

from itertools import combinations, pairwise
from math import erf, exp, fsum, log, sqrt
from statistics import NormalDist

# weight, c, rho, A, b
CONSTANTS = {
    "talk_people": (0.25, 1, 253, 2.5, 0.20),
    "threads_replied": (0.10, 1, 424, 3.0, 0.35),
    "messages": (0.10, 4, 1149, 25, 0.35),
    "code_people": (0.25, 1, 31.60, 1.3, 0.10),
    "commits": (0.20, 5, 371.2, 18, 0.20),
    "new_people": (0.10, 1, 4.416, 2.0, 0.15),
}
CORRELATION = {
    "code_people commits": 0.60,
    "code_people messages": 0.25,
    "code_people new_people": 0.45,
    "code_people talk_people": 0.25,
    "code_people threads_replied": 0.25,
    "commits messages": 0.25,
    "commits new_people": 0.30,
    "commits talk_people": 0.25,
    "commits threads_replied": 0.25,
    "messages new_people": 0.40,
    "messages talk_people": 0.80,
    "messages threads_replied": 0.80,
    "new_people talk_people": 0.50,
    "new_people threads_replied": 0.40,
    "talk_people threads_replied": 0.80,
}


def level(numbers, metric, edition):
    """Return n, x, pairs, D, phi, y, se of one list of months (None: no number) at one edition, or None."""
    _, c, rho, a, b = CONSTANTS[metric]
    window = [u for u in numbers[max(0, edition - 11) : edition + 1] if u is not None]
    n = len(window)
    if n < 9:
        return None
    x = fsum(window) / n
    past = numbers[max(0, edition - 35) : edition + 1]
    pairs = [(u, v) for u, v in pairwise(past) if u is not None and v is not None]
    above, below = fsum((v - u) ** 2 for u, v in pairs), fsum(u + v for u, v in pairs)
    panel = max(1.0, a * (x / 100) ** b)
    phi = panel
    if len(pairs) >= 12 and below > 0:
        held = min(max(above / below, panel / 4), 4 * panel)
        g = len(pairs) / (len(pairs) + 20)
        phi = exp(g * log(held) + (1 - g) * log(panel))
    y = log((x + c) / (rho + c))
    se = sqrt(phi * 1.5 * max(x, 1 / n) / (n * (x + c) ** 2))
    return n, x, len(pairs), above / below if below > 0 else None, phi, y, se


def score(panel, names, edition):
    """Return S and s of one community (metric: months) over the metrics that are named, or None."""
    parts = {name: level(panel[name], name, edition) for name in names}
    if None in parts.values():
        return None
    whole = fsum(CONSTANTS[name][0] for name in names)
    share = {name: CONSTANTS[name][0] / whole for name in names}
    s = round(fsum(share[name] * parts[name][5] for name in names), 9)
    terms = []
    for one in names:
        for other in names:
            c = 1.0 if one == other else CORRELATION[" ".join(sorted((one, other)))]
            terms.append(share[one] * share[other] * c * parts[one][6] * parts[other][6])
    return s, sqrt(fsum(terms))


def statistic(one, other):
    return abs(one[0] - other[0]) / sqrt(one[1] ** 2 + other[1] ** 2)


def firm_pairs(scored):
    """Return the firm pairs (ahead, behind) of `scored`, a dict of name: (S, s): Holm's rule, one pair at a time."""
    pairs = [sorted(pair, key=lambda name: (-scored[name][0], name)) for pair in combinations(sorted(scored), 2)]
    pairs.sort(key=lambda pair: (-statistic(scored[pair[0]], scored[pair[1]]), *pair))
    firm = []
    for k, (ahead, behind) in enumerate(pairs):
        if statistic(scored[ahead], scored[behind]) <= NormalDist().inv_cdf(1 - 0.10 / (2 * (len(pairs) - k))):
            break
        firm.append((ahead, behind))
    return firm


def places(scored):
    """Return the first and the last place of every name, and how many pairs are firm."""
    firm = firm_pairs(scored)
    sets = {
        name: (1 + sum(b == name for _, b in firm), len(scored) - sum(a == name for a, _ in firm)) for name in scored
    }
    return sets, len(firm)


def brackets(order, firm):
    """Return the longest runs of rows without a firm pair, from all runs."""
    rows = range(len(order))
    runs = [
        (i, j)
        for i in rows
        for j in rows
        if i < j and not any(pair in firm for pair in combinations(order[i : j + 1], 2))
    ]
    return [(i, j) for i, j in runs if not any(a <= i and j <= b and (a, b) != (i, j) for a, b in runs)]


def chances(scored):
    """Return the chance of each place of every name, on a grid of its own noise."""
    names, found = list(scored), {}
    grid = [g * 0.005 for g in range(-1600, 1601)]
    whole = fsum(exp(-g * g / 2) for g in grid)
    for name in names:
        total = [0.0] * len(names)
        for g in grid:
            value = scored[name][0] + scored[name][1] * g
            ways = [1.0]
            for other in names:
                if other != name:
                    z = (scored[other][0] - value) / scored[other][1]
                    p = 0.5 * (1 + erf(z / sqrt(2)))
                    ways = [q * (1 - p) + r * p for q, r in zip([*ways, 0.0], [0.0, *ways], strict=True)]
            total = [old + exp(-g * g / 2) / whole * way for old, way in zip(total, ways, strict=True)]
        found[name] = total
    return found
