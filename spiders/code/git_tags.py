"""Read the tags of a clone, and which commit each leads to."""

import subprocess
from collections import Counter
from hashlib import sha256
from pathlib import Path

from pipelines.foreign_text import printable
from spiders.code.git_process import environment

Tag = dict[str, str | int | None]


def tags(clone: Path) -> list[Tag]:
    """Return each tag that leads to a commit: printable name, hash, time in seconds, and `dated_by`: tag or commit.

    A tag that names a tag leads to the commit at the end, and keeps its own date. Raises OSError if git cannot
    read one of them.
    """
    fields = ("refname:lstrip=2", "objecttype", "objectname", "*objecttype", "*objectname",
              "taggerdate:raw", "committerdate:raw", "*committerdate:raw")  # fmt: skip
    form = "%00".join(f"%({field})" for field in fields)
    output = _git_says(clone, "for-each-ref", f"--format={form}", "refs/tags")
    rows = [line.split("\0") for line in output.split("\n") if line]
    ends = _ends_of_chains(clone, [row[0] for row in rows if row[3] == "tag"])
    return with_printable_names([tag for row in rows if (tag := _tag(ends, *row))])


def with_printable_names(found: list[Tag]) -> list[Tag]:
    """Return tags under printable names; where two become one, the changed ones get a fingerprint."""
    shown = [printable(_decoded(str(tag["tag"]))) for tag in found]
    times = Counter(shown)
    return [
        tag | {"tag": name if times[name] == 1 or name == tag["tag"] else f"{name} {_fingerprint(str(tag['tag']))}"}
        for tag, name in zip(found, shown, strict=True)
    ]


def _git_says(clone: Path, *arguments: str, given: str = "") -> str:
    finished = subprocess.run(
        ["git", f"--git-dir={clone}", *arguments],
        env=environment(), capture_output=True, check=False, input=given.encode(errors="surrogateescape"),
    )  # fmt: skip
    if finished.returncode:
        raise OSError(f"the tags cannot be read: {' '.join(finished.stderr.decode(errors='replace').split())}")
    return finished.stdout.decode(errors="surrogateescape")


def _ends_of_chains(clone: Path, names: list[str]) -> dict[str, tuple[str, str]]:
    """Return the commits at the end of tags that name tags: hash and raw date, by the tag's name."""
    if not names:
        return {}
    asked = "".join(f"refs/tags/{name}^{{commit}}\n" for name in names)
    found = _git_says(clone, "cat-file", "--batch-check=%(objectname)", given=asked).splitlines()
    hashes = {name: answer for name, answer in zip(names, found, strict=True) if " " not in answer}
    if not hashes:
        return {}
    shown = _git_says(clone, "show", "--no-patch", "--date=raw", "--format=%H %cd", *dict.fromkeys(hashes.values()))
    dates = dict(line.split(" ", 1) for line in shown.splitlines())
    return {name: (commit, dates[commit]) for name, commit in hashes.items()}


def _tag(
    ends: dict[str, tuple[str, str]],
    name: str, kind: str, own: str, peeled_kind: str, peeled: str, tagger: str, date: str, peeled_date: str,
) -> Tag | None:  # fmt: skip
    if kind == "commit":
        return {"tag": name, "hash": own, "seconds": _seconds(date), "dated_by": "commit"}
    if peeled_kind != "commit":
        if name not in ends:
            return None
        peeled, peeled_date = ends[name]
    seconds = _seconds(tagger)
    if seconds is None:
        return {"tag": name, "hash": peeled, "seconds": _seconds(peeled_date), "dated_by": "commit"}
    return {"tag": name, "hash": peeled, "seconds": seconds, "dated_by": "tag"}


def _decoded(name: str) -> str:
    return name.encode(errors="surrogateescape").decode(errors="replace")


def _fingerprint(name: str) -> str:
    return sha256(name.encode(errors="surrogateescape")).hexdigest()[:8]


def _seconds(raw: str) -> int | None:
    """Return the seconds of git's raw date; None where git has none, which it prints as 0 for a tagger."""
    return int(raw.split()[0]) or None if raw else None
