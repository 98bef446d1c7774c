"""Merges that a person declares wrong."""

from pipelines.privacy import decisions

GOOD = {
    "community": '"birds"',
    "key": '"k1"',
    "evidence": f'"{"a" * 32}"',
    "why": '"Two people."',
    "decided": "2026-11-24",
}


def declare(where, **change):
    """Write a file that declares one merge wrong: the good block above, with these changes."""
    block = {k: v for k, v in (GOOD | change).items() if v}
    decisions.never_merge_file(where).write_text("[[never]]\n" + "\n".join(f"{k} = {v}" for k, v in block.items()))
