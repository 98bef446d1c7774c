"""The checksum of the rules by which is counted: an edition keeps it, so that a change of a rule is seen as one."""

from hashlib import sha256
from pathlib import Path

FOLDERS = ("core", "metrics", "definitions")
"""The stages below tables/ that count; those after them compute only."""
TABLES = Path(__file__).parents[1] / "tables"


def counting_checksum(tables: Path = TABLES) -> str:
    """Return the checksum over the texts of all tables that count."""
    files = sorted(path for folder in FOLDERS for path in (tables / folder).iterdir() if path.suffix in (".sql", ".py"))
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
