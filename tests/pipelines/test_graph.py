"""Connected components by union-find over arrays, against a search that visits one node after the other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.graph import find_components, stable_order


def components(size, edges):
    ends, other_ends = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    return find_components(size, ends, other_ends).tolist()


def visited(size, edges):
    """The smallest node that each node reaches, one step after the other."""
    reached = [{node} for node in range(size)]
    for _ in range(size):
        for one, other in edges:
            reached[one] |= reached[other]
            reached[other] |= reached[one]
    return [min(nodes) for nodes in reached]


def test_a_node_without_edges_is_alone_and_a_chain_is_one():
    assert components(0, []) == []
    assert components(3, []) == [0, 1, 2]
    assert components(5, [(4, 3), (3, 2), (1, 2)]) == [0, 1, 1, 1, 1]


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=16))
def test_components_are_what_a_search_reaches(edges):
    assert components(12, edges) == visited(12, edges)


def test_a_long_chain_in_any_order_takes_few_rounds():
    order = np.random.default_rng(14).permutation(100_000)
    assert not find_components(100_000, order[:-1], order[1:]).any()


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3)), st.sampled_from(["uint64", "int64"]))
def test_numbers_are_ordered_as_a_stable_sort_does(numbers, kind):
    numbers = np.array(numbers, dtype=np.uint64).view(kind)
    assert stable_order(numbers).tolist() == np.argsort(numbers, kind="stable").tolist()
