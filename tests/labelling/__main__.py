"""Precision and recall of the rules about the mail of bots, per list, on the real mailboxes beside the checkout.

uv run python tests/labelling                 the table
uv run python tests/labelling --csv DAY       the figures, as data/rules/bots-mail-measured.csv has them
uv run python tests/labelling --read N LIST   N messages of a list to read by eye
"""

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from labelling import labels
from support.samples import SHARED, read, samples

SEED = 20261124


def main() -> int:
    """Print what was asked for; return 1 where no samples are."""
    asked = argparse.ArgumentParser(prog="tests/labelling", description=__doc__.splitlines()[0])
    asked.add_argument("--read", nargs=2, metavar=("N", "LIST"))
    asked.add_argument("--csv", metavar="DAY", help="print the figures with the day on which they were measured")
    chosen = asked.parse_args()
    if not SHARED.is_dir():
        print(f"no samples in {SHARED}", file=sys.stderr)
        return 1
    if chosen.read:
        show(int(chosen.read[0]), chosen.read[1])
    elif chosen.csv:
        print("\n".join(csv_lines(chosen.csv)))
    else:
        table()
    return 0


def pairs(of):
    """Yield each message of a list with its label and its class by the rules; its copies in one mailbox are kept."""
    known = samples()
    for path in labels.files(SHARED, labels.LISTS[of], known):
        mails, rows = list(labels.mails(path)), read(path)
        assert len(mails) == len(rows), path
        for mail, row in zip(mails, rows, strict=True):
            yield mail, labels.label(mail), row["class"]


def figures():
    """Return what is counted of each list: (list, system, kind) and its numbers."""
    found = {}
    for of in labels.LISTS:
        predicted = [(label, by_rule) for _, label, by_rule in pairs(of)]
        found |= {(*of, kind): numbers for kind, numbers in labels.counted(predicted).items()}
    return found


def csv_lines(measured):
    """Yield the figures as data/rules/bots-mail-measured.csv has them."""
    yield "list,system,kind,messages,labelled,predicted,agreed,reviewed,measured"
    for (name, system, kind), numbers in figures().items():
        yield ",".join(map(str, (name, system, kind, *numbers, labels.READ.get(name, 0), measured)))


def table():
    """Print one line for each list and kind."""
    print("| list | system | kind | messages | labelled | predicted | agreed | precision | recall |")
    print("|---|---|---|---|---|---|---|---|---|")
    for of, found in figures().items():
        print(
            "|",
            " | ".join(
                [*of, *map(str, found), share(found.agreed, found.predicted), share(found.agreed, found.labelled)]
            ),
            "|",
        )


def share(agreed, of):
    """Return a share with its Wilson interval in percent, or words where there is none."""
    if not of:
        return "none"
    low, high = labels.wilson(agreed, of)
    return f"{100 * agreed / of:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def show(how_many, name):
    """Print messages of a list, drawn at random, as they are to be read."""
    drawn = [entry for of in labels.LISTS if of[0] == name for entry in pairs(of)]
    for number, (mail, label, by_rule) in enumerate(random.Random(SEED).sample(drawn, min(how_many, len(drawn))), 1):
        lines = [line for line in labels.body(mail).splitlines() if line.strip()]
        print(f"== {number} {label} / {by_rule} | {mail['From']} | {mail['Subject']}")
        print("\n".join([*lines[:4], "...", *lines[-4:]]))


if __name__ == "__main__":
    sys.exit(main())
