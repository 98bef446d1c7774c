"""Writes invented histories into bare repositories through `git fast-import`."""

import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from flows.rehearsal.invented import Change, Signature
from flows.rehearsal.places import environment, git

RELEASE_MONTHS = (4, 10)


def write(bare: Path, branch: str, changes: Iterable[Change]) -> None:
    """Make the bare repository with these changes on `branch`, its default branch, and tags.

    Raises CalledProcessError or BrokenPipeError if git refuses; git says why on stderr.
    """
    bare.mkdir(parents=True)
    git(bare, "init", "--quiet", "--bare", "--template=", f"--initial-branch={branch}")
    command = ["git", f"--git-dir={bare}", "fast-import", "--quiet", "--done"]
    with subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as importer:
        assert importer.stdin
        assert importer.stdout
        history = History(importer.stdin, importer.stdout, branch)
        for change in changes:
            history.land(change)
        importer.stdin.write(b"done\n")
    if importer.returncode:
        raise subprocess.CalledProcessError(importer.returncode, command)


class History:
    """The default branch as it grows, told to a `git fast-import` that takes orders and answers."""

    def __init__(self, orders: IO[bytes], answers: IO[bytes], branch: str) -> None:
        """Begin with an empty branch."""
        self.orders = orders
        self.answers = answers
        self.branch = branch
        self.marks = 0
        self.line: list[int] = []
        self.landed: tuple[int, str] | None = None
        self.tagged = 0

    def land(self, change: Change) -> None:
        """Put a change on the default branch: on top, or on an older state and then merged."""
        self._tag(change.merger)
        subject, paragraphs = self._reverting(change) if change.reverts else (change.subject, [])
        message = "\n\n".join([subject, *paragraphs, "\n".join(change.trailers)]).rstrip() + "\n"
        base = self.line[-1 - change.behind :][:1]
        commit = self._commit(change, change.author, change.committer, message, base)
        merged = base != self.line[-1:]
        if merged:
            message = f'Merge "{subject}"\n'
            merge = self._commit(change, change.merger, change.merger, message, [self.line[-1], commit])
        self.line.append(merge if merged else commit)
        self.landed = (commit, subject)

    def _reverting(self, change: Change) -> tuple[str, list[str]]:
        if self.landed is None:
            return change.subject, []
        mark, subject = self.landed
        return f'Revert "{subject}"', [f"This reverts commit {self._hash(mark)}."]

    def _commit(
        self,
        change: Change,
        author: Signature,
        committer: Signature,
        message: str,
        parents: list[int],
    ) -> int:
        """Order one commit with the change's file in its tree; return its mark."""
        self.marks += 1
        lineage = "".join(f"{word} :{mark}\n" for word, mark in zip(("from", "merge"), parents, strict=False))
        self._order(
            f"commit refs/heads/{self.branch}\nmark :{self.marks}\n"
            f"author {author}\ncommitter {committer}\n{_data(message)}{lineage}"
            f"M 100644 inline {change.path}\n{_data(change.text)}\n"
        )
        return self.marks

    def _tag(self, by: Signature) -> None:
        """Tag the state before the first change of each release month, its candidate as well."""
        moment = datetime.fromtimestamp(by.at, UTC)
        month = moment.year * 12 + moment.month
        if moment.month not in RELEASE_MONTHS or month <= self.tagged or not self.line:
            return
        self.tagged = month
        version = f"{moment.year}.{moment.month}.0"
        candidate = self.line[-2:][0]
        self._order(f"reset refs/tags/{version}-rc1\nfrom :{candidate}\n\n")
        self._order(f"tag {version}\nfrom :{self.line[-1]}\ntagger {by}\n{_data(f'Release {version}')}")

    def _hash(self, mark: int) -> str:
        self._order(f"get-mark :{mark}\n")
        self.orders.flush()
        return self.answers.readline().decode().strip()

    def _order(self, order: str) -> None:
        self.orders.write(order.encode())


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
