"""Two nights of mail archives of three kinds and of local mailboxes, with every fault that they can have."""

import os
import subprocess
import sys

from support.crawl import KEY, PREVIOUS
from support.mail_lists import A, B, unit

from pipelines.folders import CHECKOUT
from pipelines.landing.stored import stored_visits

SINCE = {"halves": A, "broken": A, "talk": min(A, B)}
ROBOTS = b"User-agent: *\nDisallow: /lists.example.org/pipermail/private/\n"


def block(one, base, name):
    return (
        f'\n[[sources]]\nname = "{name}"\nkind = "{one.kind}"\nsince = {SINCE.get(name, PREVIOUS)}\nwhy = "Invented."\n'
        f'address = "{one.address}"\nurls = ["{base}{one.url}"]\n'
    )


def verdicts(nights, night, name):
    """Return the verdict on each unit of a source, of the visits that one night made."""
    visits = [v for v in nights[1][night][0].visits if v.source == name]
    return {v.unit: str(v.verdict) for v in visits}


def visit_to(nights, night, name, month):
    unit_ = month if isinstance(month, str) else unit(month)
    (visit,) = [v for v in nights[1][night][0].visits if (v.source, v.unit) == (name, unit_)]
    return visit


def held(nights, name):
    """Return how many rows are held of each unit of a source."""
    known = stored_visits(nights[0].observations)
    return {unit: visit.observations for (_, source, unit), visit in known.items() if source == name}


def stackrank(where, *arguments):
    """Run a command of the real command line on the folder of the nights."""
    finished = subprocess.run(
        [sys.executable, "-m", "flows.cli", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False,
        env=os.environ | {"STACKRANK_DATA": str(where.data), "STACKRANK_COMMUNITIES": str(where.communities),
                          "STACKRANK_KEY": KEY},
    )  # fmt: skip
    assert "Traceback" not in finished.stderr, finished.stderr
    return finished
