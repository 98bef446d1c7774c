"""Damage files of a data folder as disks, people and other versions do."""

import json
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq

AHEAD = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=365)


def cut(path):
    path.write_bytes(path.read_bytes()[:500])


def empty(path):
    path.write_bytes(b"")


def write_text(path):
    path.write_text("what somebody left here\n")


def turn_a_bit(path):
    content = bytearray(path.read_bytes())
    content[300] ^= 1
    path.write_bytes(content)


def take_copy(path):
    path.write_bytes(next(other for other in sorted(path.parent.iterdir()) if other != path).read_bytes())


def rewrite(path, change=lambda table: table, **facts):
    """Write the file as another version could: with other columns, and with other facts in its footer."""
    table, footer = pq.read_table(path), pq.read_metadata(path).metadata
    visit = json.dumps(json.loads(footer[b"stackrank.visit"]) | facts.pop("visit", {}))
    kept = {key: value for key, value in footer.items() if key.startswith(b"stackrank.")}
    kept |= {b"stackrank.visit": visit} | {f"stackrank.{name}".encode(): value for name, value in facts.items()}
    with pq.ParquetWriter(path, change(table).schema) as writer:
        writer.write_table(change(table))
        writer.add_key_value_metadata(kept)


def make_newer(path):
    rewrite(path, format="2")


def date_ahead(path):
    rewrite(path, visit={"seen_at": AHEAD.isoformat()})


def tear_last_line(path):
    with path.open("ab") as file:
        file.write(b'{"community": "birds", "sour')


def cut_pack(clone):
    (pack,) = clone.glob("objects/pack/*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:100])
