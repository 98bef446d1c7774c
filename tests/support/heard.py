"""Hear canary names in files: in every spelling, and in what is packed."""

import base64
import gzip
import subprocess

import duckdb
import pyarrow as pa
from support.canary_demo import CANARIES
from support.git import CANARIES as GIT_CANARIES
from support.git import texts

WALL = "CanaryWallQzx"
ALL_CANARIES = (*CANARIES, *GIT_CANARIES, WALL)
NOT_OURS = {"plotly.min.js"}
EXEMPT = {"pages", "clones", "served"}
"""Where names may be: mail and repositories as they are served and kept."""


def inside_base64(text):
    """What base64 makes of a text that stands somewhere in others, at each of its three alignments."""
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + text.encode())
        yield packed[(before * 8 + 5) // 6 : (before + len(text)) * 8 // 6]


DOTS = (" dot ", "(dot)", " (dot) ", "[dot]", "=2e", "%2e", "&#46;")
SPELLINGS = {
    "plain": lambda text: [text.encode()],
    "utf-16": lambda text: [text.encode("utf-16-le"), text.encode("utf-16-be")],
    "base64": lambda text: list(inside_base64(text)),
    "percent": lambda text: ["".join(f"%{byte:02x}" for byte in text.encode()).encode()],
    "quoted-printable": lambda text: ["".join(f"={byte:02x}" for byte in text.encode()).encode()],
    "hexadecimal": lambda text: [text.encode().hex().encode()],
    "entities": lambda text: ["".join(f"&#{byte};" for byte in text.encode()).encode()],
    "dots in words": lambda text: [text.replace(".", dot).encode() for dot in DOTS if "." in text],
}
CASED = ("base64",)


def spelled(text, spelling):
    """A text in a spelling, as it is and in both cases."""
    calls = [call for form in (text, text.lower(), text.upper()) for call in SPELLINGS[spelling](form)]
    return set(calls) if spelling in CASED else {call.lower() for call in calls}


CALLS = {spelling: {canary: spelled(canary, spelling) for canary in ALL_CANARIES} for spelling in SPELLINGS}
FIRST = {spelling: spelled("canary", spelling) | spelled("Canary", spelling) for spelling in SPELLINGS}
FIRST["dots in words"] = FIRST["plain"]
"""What every canary has in a spelling: most files have none of it, and need no longer look."""


def sung(content):
    """The canaries in some bytes, with the spelling in which each is heard."""
    plain, found = content.lower(), set()
    for spelling, canaries in CALLS.items():
        heard = content if spelling in CASED else plain
        if any(call in heard for call in FIRST[spelling]):
            found |= {(canary, spelling) for canary, calls in canaries.items() if any(call in heard for call in calls)}
    return sorted(found)


def opened(path):
    """The bytes of a kept file, unpacked; of a clone's object, of whatever git makes of it."""
    if path.suffix in (".gz", ".zst"):
        with pa.input_stream(path, compression="gzip" if path.suffix == ".gz" else "zstd") as packed:
            return packed.read()
    return path.read_bytes()


TEXT_COLUMNS = """select schema_name || '.' || table_name, column_name from duckdb_columns()
where data_type like 'VARCHAR%' and not internal"""


def contents(path):
    """The bytes of a file, and where they are packed what is in them; of a database each text once."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return content + texts(path)
    if path.suffix == ".gz":
        return content + gzip.decompress(content)
    if path.suffix != ".duckdb":
        return content
    with duckdb.connect(str(path), read_only=True) as con:
        columns = con.execute(TEXT_COLUMNS).fetchall()
        distinct = [
            con.execute(f"select distinct {column}::varchar from {table}").fetchall() for table, column in columns
        ]
    return content + "\n".join(text for rows in distinct for (text,) in rows if text).encode()


def outside(data):
    return [p for p in data.rglob("*") if p.is_file() and p.relative_to(data).parts[0] not in EXEMPT]


def heard_in(data):
    """The canaries in each file that is kept or published."""
    found = {str(path.relative_to(data)): sung(contents(path)) for path in outside(data) if path.name not in NOT_OURS}
    return {name: canaries for name, canaries in found.items() if canaries}


def objects(data):
    """All that the clones hold, as git prints it."""
    show = ("cat-file", "--batch-all-objects", "--batch")
    clones = list((data / "clones").rglob("*.git"))
    return b"".join(
        subprocess.run(["git", "-C", clone, *show], capture_output=True, check=True).stdout for clone in clones
    )
