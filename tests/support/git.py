"""Make git histories and a forge that serves them."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.demo import places
from pipelines.folders import Folders

KEY = "5e" * 32
FORGE = "forge.example.org/birds"
JANE = b"Jane Invented <jane@example.org>"
NOON_2010 = 1_262_347_200


def commit(mark, body=b"Something", *, author=JANE, at=None, committer=None, parents=(), branch=b"main", **more):
    """Return one commit for git fast-import; `parents` are marks or names, `more` an encoding or a file."""
    at = at or b"%d +0000" % (NOON_2010 + mark)
    names = [b":%d" % parent if isinstance(parent, int) else parent for parent in parents]
    words = [b"from", *[b"merge"] * (len(names) - 1)] if names else []
    return b"\n".join([
        b"commit refs/heads/" + branch,
        b"mark :%d" % mark,
        b"author %b %b" % (author, at),
        b"committer %b" % (committer or b"%b %b" % (author, at)),
        *([b"encoding " + more["encoding"]] if "encoding" in more else []),
        b"data %d\n%b" % (len(body), body),
        *(b"%b %b" % pair for pair in zip(words, names, strict=True)),
        *([b"M 100644 inline %b\ndata %d\n%b" % (more["path"], len(more["text"]), more["text"])]
          if "path" in more else []),
        b"", b"",
    ])  # fmt: skip


def line(length: int) -> bytes:
    return b"".join(commit(mark, parents=(mark - 1,) if mark > 1 else ()) for mark in range(1, length + 1))


def made(root: Path, name: str, orders: bytes = b"", *, head: str = "main", filters: bool = True) -> Path:
    bare = root / FORGE / f"{name}.git"
    bare.mkdir(parents=True)
    places.git(bare, "init", "--quiet", "--bare", "--template=", f"--initial-branch={head}")
    places.git(bare, "config", "uploadpack.allowFilter", str(filters).lower())
    imported(bare, orders)
    return bare


def imported(bare: Path, orders: bytes) -> None:
    command = ["git", f"--git-dir={bare}", "fast-import", "--quiet", "--force", f"--export-marks={bare}/marks"]
    subprocess.run(command, input=orders, env=places.environment(), check=True)


def history(bare: Path) -> list[str]:
    return places.git(bare, "rev-list", "HEAD").split()


def block(name: str, **facts: object) -> str:
    known = facts | {"name": name, "kind": "git", "why": "Invented."}
    return "\n[[sources]]\nsince = 2010-01-01\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in known.items())


def declared(top: Path, *blocks: str) -> Folders:
    where = Folders(data=top / "data", communities=top / "communities", site=top / "site")
    where.communities.mkdir(exist_ok=True)
    head = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2010-01-01\n'
    (where.communities / "birds.toml").write_text(head + "".join(blocks))
    return where


PATIENT = SimpleNamespace(
    check_paused=lambda url: None, pause_host=lambda url, reason: None, begin=lambda source, unit: None
)
CANARIES = tuple(
    f"Canary{who}Qzx" for who in ("Author", "Local", "Friend", "Mate", "Hand", "Tagger", "Mark", "Subject")
)
AUTHOR, LOCAL, FRIEND, MATE, HAND, TAGGER, MARK, SUBJECT = (canary.encode() for canary in CANARIES)
SINGING = b"".join([
    commit(
        1,
        b"%b\n\nCo-authored-by: %b Invented <%b@example.org>\n" % (SUBJECT, FRIEND, MATE),
        author=b"%b Invented <%b@example.org>" % (AUTHOR, LOCAL),
        committer=b"%b <hand@%b.local> 1500000000 +0000" % (HAND, HAND),
    ),
    commit(2, b'Revert "%b"\n' % SUBJECT, author=b"\xff%b <%b at example dot org>" % (AUTHOR, LOCAL), parents=(1,)),
    b"tag v1\nfrom :2\ntagger %b <%b@example.org> 1700000000 +0100\ndata 20\n" % (TAGGER, MARK),
    SUBJECT + b"!" * (20 - len(SUBJECT)) + b"\n",
])  # fmt: skip


def texts(file: Path) -> bytes:
    """Return all texts of a Parquet file, its footer too, without compression."""
    table = pq.read_table(file)
    columns = [pc.list_flatten(c) if pa.types.is_list(c.type) else c for c in table.columns]
    values = [str(v) for c in columns if pa.types.is_string(c.type) for v in c.to_pylist()]
    return "\n".join(values).encode() + b"".join(k + v for k, v in (pq.read_metadata(file).metadata or {}).items())
