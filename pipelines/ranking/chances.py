"""Computes the chance of each place: pop-1.0, section 11."""

import numpy as np

from pipelines.ranking.arrays import Floats
from pipelines.ranking.normal import probability_below

STEP, FURTHEST = 0.005, 8.0
"""The grid of a community's own noise, in standard errors."""


def find_chances(score: Floats, error: Floats) -> Floats:
    """Return the chance of each place: one row a community, one column a place; rows and columns add up to 1.

    For every value of the grid of a community's own noise, weighted by exp(-g^2 / 2), the others are above it or not,
    independently. No draws: the sum is exact on the grid. The cost grows with the cube of the number of communities.
    """
    steps = round(FURTHEST / STEP)
    grid: Floats = np.arange(-steps, steps + 1, dtype=np.float64) * STEP
    weight = np.exp(-grid * grid / 2)
    weight /= weight.sum()
    return np.array([_places_given(row, grid, score, error) @ weight for row in range(len(score))])


def _places_given(row: int, grid: Floats, score: Floats, error: Floats) -> Floats:
    """Return the chance of each place (row) of one community at each value of its own noise (column)."""
    chance = np.zeros((len(score), len(grid)))
    chance[0] = 1.0
    own, others = score[row] + error[row] * grid, np.delete(np.arange(len(score)), row)
    for above in probability_below((score[others, None] - own) / error[others, None]):
        moved = chance[:-1] * above
        chance *= 1 - above
        chance[1:] += moved
    return chance
