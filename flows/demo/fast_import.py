"""Write invented histories into bare repositories through `git fast-import`."""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from flows.demo.invented import Change, Signature
from flows.demo.places import environment, git

SIDE = "side"
FAST = ("-c", "core.compression=0")
# Without these, git gives its memory back and asks for it again at each commit: four fifths of its time.
ROOMY = {"MALLOC_TRIM_THRESHOLD_": str(1 << 26), "MALLOC_TOP_PAD_": str(1 << 23)}


def write(bare: Path, branch: str, changes: Iterable[Change]) -> None:
    """Make the bare repository with these changes on `branch`, its default branch, and tags.

    Raises CalledProcessError or BrokenPipeError if git refuses; git says why on stderr.
    """
    bare.mkdir(parents=True)
    git(bare, "init", "--quiet", "--bare", "--template=", f"--initial-branch={branch}")
    command = ["git", *FAST, f"--git-dir={bare}", "fast-import", "--quiet", "--done"]
    with subprocess.Popen(
        command, env=environment() | ROOMY, bufsize=1 << 20, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as importer:
        assert importer.stdin
        assert importer.stdout
        history = History(importer.stdin, importer.stdout, branch)
        for change in changes:
            history.land(change)
        history.end()
    if importer.returncode:
        raise subprocess.CalledProcessError(importer.returncode, command)


class History:
    """The default branch as it grows, sent to a `git fast-import` that takes orders and answers."""

    def __init__(self, orders: IO[bytes], answers: IO[bytes], branch: str) -> None:
        """Begin with an empty branch."""
        self.orders = orders
        self.answers = answers
        self.branch = branch
        self.marks = 0
        self.line: list[int] = []
        self.landed: tuple[int, str] | None = None
        self.tagged: set[str] = set()

    def land(self, change: Change) -> None:
        """Put a change on the branch: on top, or on an older state and then merged; tag it if it is a release."""
        subject, paragraphs = self._reverting(change) if change.reverts else (change.subject, [])
        message = "\n\n".join([subject, *paragraphs, "\n".join(change.trailers)]).rstrip() + "\n"
        base = self.line[-1 - change.behind :][:1]
        if base == self.line[-1:]:
            self.line.append(commit := self._commit(self.branch, change, change.author, change.committer, message))
        else:
            commit = self._commit(SIDE, change, change.author, change.committer, message, f"from :{base[0]}\n")
            message = f'Merge "{subject}"\n'
            merge = f"merge :{commit}\n"
            self.line.append(self._commit(self.branch, change, change.merger, change.merger, message, merge))
        self.landed = (commit, subject)
        if change.release and change.release not in self.tagged:
            self._tag(change.release, change.merger)

    def end(self) -> None:
        """Leave the default branch and the tags, and say to git that this was all."""
        if self.line:
            self._order(f"reset refs/heads/{SIDE}\nfrom {'0' * 40}\n\n")
        self._order("done\n")

    def _reverting(self, change: Change) -> tuple[str, list[str]]:
        if self.landed is None:
            return change.subject, []
        mark, subject = self.landed
        return f'Revert "{subject}"', [f"This reverts commit {self._hash(mark)}."]

    def _commit(
        self, branch: str, change: Change, author: Signature, committer: Signature, message: str, lineage: str = ""
    ) -> int:
        """Order one commit, on top of its branch if no lineage is given; return its mark.

        The change's file is in its tree if it has a text.
        """
        self.marks += 1
        self._order(
            f"commit refs/heads/{branch}\nmark :{self.marks}\n"
            f"author {author}\ncommitter {committer}\n{_data(message)}{lineage}"
            + (f"M 100644 inline {change.path}\n{_data(change.text)}\n" if change.text else "\n")
        )
        return self.marks

    def _tag(self, version: str, by: Signature) -> None:
        """Tag what has landed, and what was there before it as the candidate."""
        self.tagged.add(version)
        self._order(f"reset refs/tags/{version}-rc1\nfrom :{self.line[-2:][0]}\n\n")
        self._order(f"tag {version}\nfrom :{self.line[-1]}\ntagger {by}\n{_data(f'Release {version}')}")

    def _hash(self, mark: int) -> str:
        self._order(f"get-mark :{mark}\n")
        self.orders.flush()
        return self.answers.readline().decode().strip()

    def _order(self, order: str) -> None:
        self.orders.write(order.encode())


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
