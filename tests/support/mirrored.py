"""What machines that share a store land, and the files that they have."""

from support.builders import SEEN, land, monthly, source

OF = source("birds")


def files(top):
    kept = (p for p in sorted(top.rglob("*")) if p.is_file() and not p.name.startswith(("store.sqlite", ".")))
    return {str(p.relative_to(top)): p.read_bytes() for p in kept}


def one_unit(where, seen_at=SEEN, months=3):
    land(where, OF, "birds/one", monthly(1, range(months)), seen_at=seen_at)
