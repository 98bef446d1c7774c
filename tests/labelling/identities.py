"""Precision and recall of the rules that make accounts one person, on the real histories beside the checkout.

    uv run python tests/labelling/identities.py              the table
    uv run python tests/labelling/identities.py --csv DAY    the figures, as tests/labelling/identities.csv has them

A pair of accounts (name and address of an author) is labelled by evidence that the default rules do not use, see
IDENTITIES.md; nothing of a person is printed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipelines.folders import CHECKOUT
from pipelines.privacy.pseudonyms import domain, fold_address, fold_name, is_role, name_bag

SHARED = CHECKOUT.parent / "shared"
HISTORIES = {
    "openstack": tuple(
        f"openstack__{name}" for name in ("nova", "glance", "swift", "keystone", "cinder", "neutron", "horizon")
    ),
    "cloudstack": ("apache__cloudstack",),
    "opennebula": ("OpenNebula__one",),
    "eucalyptus": ("eucalyptus__eucalyptus", "Corymbia__eucalyptus"),
}  # fmt: skip
FIELDS = ("community", "known_same", "merged_of_them", "merged", "same", "different", "undecided")
LOGIN = re.compile(r"(?:\d+\+)?([a-z0-9][a-z0-9-]*)@users\.noreply\.github\.com")
LINE = re.compile(r"([^<>#]*)<([^<>]*)>(?:([^<>#]*)<([^<>]*)>)?")


def main() -> int:
    """Print what was asked for; return 1 where no histories are."""
    top = argparse.ArgumentParser(prog="tests/labelling/identities.py", description=__doc__.splitlines()[0])
    top.add_argument("--csv", metavar="DAY", help="print the figures with the day on which they were measured")
    chosen = top.parse_args()
    if not (SHARED / "git").is_dir():
        print(f"no histories in {SHARED / 'git'}", file=sys.stderr)
        return 1
    ends = ("measured",) if chosen.csv else ("recall", "precision at least", "at most")
    print(",".join((*FIELDS, *ends)))
    for community in HISTORIES:
        found = figures(community)
        shares = (chosen.csv,) if chosen.csv else tuple(map(str, rates(found)))
        print(",".join((*(str(found[field]) for field in FIELDS), *shares)))
    return 0


def rates(found):
    """Return recall, and the bounds of precision: undecided pairs all wrong, or all right."""
    recall = found["merged_of_them"] / found["known_same"] if found["known_same"] else None
    least, most = found["same"] / found["merged"], (found["same"] + found["undecided"]) / found["merged"]
    return recall and round(recall, 4), round(least, 4), round(most, 4)


def figures(community):
    """Return what is counted of one community's authors."""
    authors = sorted({pair for bundle in HISTORIES[community] for pair in authors_of(bundle)})
    from support.people import groups, merged

    accounts = {f"{n:08}": pair for n, pair in enumerate(authors)}
    _, persons = merged([as_account(key, *pair) for key, pair in accounts.items()])
    person_of = {p["account_key"]: p["person_key"] for p in persons}
    proper = proper_identities(community)
    known = [pair for pair in known_same(accounts, proper) if not plainly_one(*(accounts[key] for key in pair))]
    together = Counter(
        label(one, other, proper)
        for group in groups(persons)
        for one, other in combinations(sorted(accounts[key] for key in group), 2)
        if one[0] == other[0] or one[1] == other[1]
    )
    return {
        "community": community,
        "known_same": len(known),
        "merged_of_them": sum(person_of[one] == person_of[other] for one, other in known),
        "merged": sum(together.values()),
        **{kind: together[kind] for kind in ("same", "different", "undecided")},
    }


def authors_of(bundle):
    """Return the distinct (name, address) of the authors of a history, folded."""
    with tempfile.TemporaryDirectory() as work:
        clone = ["git", "clone", "--quiet", "--bare", SHARED / "git" / f"{bundle}.bundle", f"{work}/one.git"]
        subprocess.run(clone, check=True)
        log = ["git", f"--git-dir={work}/one.git", "log", "--no-mailmap", "--format=%an%x00%ae", "HEAD"]
        lines = subprocess.run(log, check=True, capture_output=True).stdout.decode("utf-8", "replace").splitlines()
    return {(fold_name(name), fold_address(address)) for name, _, address in (x.partition("\0") for x in set(lines))}


def as_account(key, name, address):
    """Return the pair as a row of core.accounts; what would be fingerprints stays as it is, in memory."""
    from support.people import account

    login = LOGIN.fullmatch(address)
    facts = {"words": len(name.split()), "domain": domain(address), "role": is_role(address), "key": key}
    bag = name_bag(name) or None
    return account(name or None, address or None, login=login[1] if login else None, bag=bag, **facts)


def proper_identities(community):
    """Return whom the projects' own .mailmap files call one: a proper identity by commit address."""
    found = {}
    for path in sorted((SHARED / "payloads" / "mailmap").glob("*.mailmap")) if community == "openstack" else ():
        for line in path.read_text(errors="replace").splitlines():
            if told := LINE.match(line.partition("#")[0]):
                name, first, _, second = (part or "" for part in told.groups())
                found[fold_address(second or first)] = fold_address(first) if second else fold_name(name)
                if second:
                    found.setdefault(fold_address(first), fold_address(first))
    return found


def known_same(accounts, proper):
    """Return pairs of accounts that a .mailmap, or an address that a person uses at two hosts, says are one person."""
    by = defaultdict(list)
    for key, (_, address) in accounts.items():
        if address in proper:
            by["mailmap", proper[address]].append(key)
        local = address.partition("@")[0].partition("+")[0]
        if telling(local) and not is_role(address):
            by["local", local].append(key)
    pairs = {pair for (kind, _), keys in by.items() for pair in combinations(sorted(keys), 2)
             if kind == "mailmap" or related(*(accounts[key][0] for key in pair))}  # fmt: skip
    return sorted(pairs)


def plainly_one(one, other):
    """Tell whether two accounts have the same address: no rule could miss that."""
    return one[1] == other[1]


def label(one, other, proper):
    """Return same, different or undecided for two accounts of one name or one address, by IDENTITIES.md."""
    if one[1] != other[1] and one[1] in proper and other[1] in proper:
        return "same" if proper[one[1]] == proper[other[1]] else "undecided"
    locals_ = [address.partition("@")[0].partition("+")[0] for _, address in (one, other)]
    if one[1] == other[1]:
        told = related(one[0], other[0]) or all(spelt(name, locals_[0]) for name, _ in (one, other))
        full = min(len(words(name)) for name, _ in (one, other)) > 1
        return "same" if told else "different" if full else "undecided"
    return "same" if alike(*locals_) or all(spelt(one[0], local) for local in locals_) else "undecided"


def spelt(name, local):
    """Tell whether a local part is made of a name: it holds a word of it, or the name's initials begin it."""
    parts, plain = name.split(), re.sub(r"[^a-z]", "", local)
    initials = "".join(part[0] for part in parts)
    return any(word in plain for word in words(name)) or (len(parts) > 1 and plain.startswith(initials))


def telling(local):
    return len(re.sub(r"[^a-z]", "", local)) >= 8


def words(name):
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return {word for word in re.split(r"[^a-z]+", plain) if len(word) > 2}


def related(one, other):
    """Tell whether two names share a word of three letters, or one is a part of the other."""
    return bool(words(one) & words(other)) or (one != "" and one.replace(" ", "") in other.replace(" ", ""))


def alike(one, other):
    """Tell whether two local parts are the same but for dots and digits, or one begins the other with five letters."""
    one, other = (re.sub(r"[^a-z]", "", local) for local in (one, other))
    return bool(one) and (one == other or (min(len(one), len(other)) > 4 and (one in other or other in one)))


if __name__ == "__main__":
    sys.exit(main())
