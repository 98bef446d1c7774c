"""How many requests, nights and bytes the first runs would take, from the one unit of each source that came."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.contact import source_hosts
from flows.probe.run import Probed
from pipelines.asserted import Asserted
from pipelines.catalogue.urls import INDEX

ROBOTS = 1
"""How many more requests a host gets: that for robots.txt."""


@dataclass(frozen=True)
class FirstNight:
    """What the first runs would ask: units, requests, nights and bytes; None: nothing came to judge by."""

    units: int | None
    requests: int | None
    nights: int | None
    size: int | None


def of_source(found: Probed) -> FirstNight:
    """Return what the first runs would ask of a source: its index, and all units as large as the one that came."""
    asked = [answer for answer in found.answers if not answer["is_robots"] and not answer["is_extra"]]
    units = [answer for answer in asked if answer["unit"] not in ("", INDEX)]
    came = len({answer["unit"] for answer in units})
    if not came or not is_reached(found):
        return FirstNight(found.units or None, None, None, None)
    index = [answer for answer in asked if answer not in units]
    requests, size = (
        sum(one[key] for one in index) + round(sum(one[key] for one in units) / came * found.units)
        for key in ("requests", "size")
    )
    return FirstNight(found.units, requests, nights(found.units, found.per_night), size)


def is_reached(found: Probed) -> bool:
    """Tell whether a source has answered."""
    return any(one.outcome != Asserted.NOT_REACHED for one in found.outcomes)


def nights(units: int, per_night: int | None) -> int:
    """Return in how many runs so many units are asked."""
    return -(-units // per_night) if per_night and units else 1


def by_host(probed: Iterable[Probed]) -> dict[str, FirstNight]:
    """Return what the first runs would ask of each host; its sources share the units of a night.

    Sources that are asked on demand are no part of a run.
    """
    of: dict[str, list[Probed]] = defaultdict(list)
    for found in (one for one in probed if not one.source.on_demand):
        of[" ".join(sorted(source_hosts(found.source)))].append(found)
    return {host: _together(its) for host, its in sorted(of.items())}


def _together(probed: Sequence[Probed]) -> FirstNight:
    each = [one for one in map(of_source, probed) if one.nights is not None]
    if not each:
        return FirstNight(None, None, None, None)
    units = sum(one.units or 0 for one in each)
    limits = [found.per_night for found in probed if found.per_night]
    longest = max([nights(units, max(limits, default=None)), *(one.nights or 1 for one in each)])
    robots = 1
    return FirstNight(
        units, robots + sum(one.requests or 0 for one in each), longest, sum(one.size or 0 for one in each)
    )
