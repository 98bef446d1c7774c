"""Connected components of a graph whose nodes are the numbers from 0: accounts of persons, messages of threads."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Nodes: TypeAlias = npt.NDArray[np.int64]


def stable_order(numbers: npt.NDArray[np.uint64] | Nodes) -> Nodes:
    """Return the positions that sort numbers spread over 64 bits; equal ones stay in their order.

    Numbers of which the last bits are the position sort three times as fast as positions do, and leave little to sort.
    """
    last_bits = np.uint64((1 << len(numbers).bit_length()) - 1)
    nearly = numbers.view(np.uint64) & ~last_bits
    nearly |= np.arange(len(numbers), dtype=np.uint64)
    nearly.sort()
    order = (nearly & last_bits).view(np.int64)
    return order[np.argsort(numbers[order], kind="stable")]


def find_components(size: int, ends: Nodes, other_ends: Nodes) -> Nodes:
    """Return for each of `size` nodes the smallest node of its component, by union-find over whole arrays.

    Edge `i` joins `ends[i]` and `other_ends[i]`; an edge may stand there twice, either way round, or lead to itself.
    """
    roots = np.arange(size, dtype=np.int64)
    while len(ends):
        found, other = roots[ends], roots[other_ends]
        apart = found != other
        ends, other_ends = ends[apart], other_ends[apart]
        _hang_larger_below_smaller(roots, found[apart], other[apart])
        roots = _climb(roots)
    return roots


def _hang_larger_below_smaller(roots: Nodes, found: Nodes, other: Nodes) -> None:
    """Let the root of each pair that has the larger number point to the smallest root it is paired with."""
    np.minimum.at(roots, np.maximum(found, other), np.minimum(found, other))


def _climb(roots: Nodes) -> Nodes:
    """Let every node point to the root of its tree."""
    while True:
        higher = roots[roots]
        if np.array_equal(higher, roots):
            return roots
        roots = higher
