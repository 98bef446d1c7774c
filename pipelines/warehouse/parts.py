"""Split what a build reads into what each community brings, and join some of these parts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.model import Plan
from pipelines.warehouse.inputs import Inputs

if TYPE_CHECKING:
    from pipelines.landing.stored import StoredUnit
    from pipelines.privacy.decisions import NeverMerge


def split_inputs(given: Inputs, kinds: Collection[str]) -> dict[str, Inputs]:
    """Return the inputs of each community that has usable units with rows of these kinds, by slug, sorted.

    They hold no visit and no figure, and of decisions those about the community and who opted out everywhere.
    """
    units: dict[str, list[StoredUnit]] = defaultdict(list)
    plans: dict[str, list[Plan]] = defaultdict(list)
    decided: dict[str, list[NeverMerge]] = defaultdict(list)
    for unit in given.usable:
        if unit.rows in kinds:
            units[unit.visit.community].append(unit)
    for plan in given.plans:
        plans[plan.community].append(plan)
    for one in given.never_merge:
        decided[one.community].append(one)
    common = replace(given, damaged=[], visits=[], figures=[])
    return {
        c.slug: replace(
            common,
            units=units[c.slug],
            plans=plans[c.slug],
            never_merge=decided[c.slug],
            communities=[c],
            corrections=[one for one in given.corrections if one.community == c.slug],
        )
        for c in sorted(given.communities, key=lambda community: community.slug)
        if units[c.slug]
    }


def join_inputs(parts: Sequence[Inputs]) -> Inputs:
    """Return the inputs of several communities together."""
    return replace(
        parts[0],
        units=[unit for part in parts for unit in part.units],
        plans=[plan for part in parts for plan in part.plans],
        never_merge=[one for part in parts for one in part.never_merge],
        corrections=[one for part in parts for one in part.corrections],
        communities=[community for part in parts for community in part.communities],
    )
