"""The command `backup`."""

import argparse
import os
import sys
from pathlib import Path

from flows import locks
from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from pipelines.folders import folders

HELP = "write what nothing can make again into one file: dated counts, opt-outs, editions; with --key the key too"
BOTH = """\
warning: {file} holds the key and the data, and is not encrypted: whoever has it can test whether a known address is in
the data. Encrypt it (--recipient), or keep the key apart: stackrank backup, and a copy of the key's own file."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write; one that is there is not replaced")
    parser.add_argument("--key", action="store_true", help="put the pseudonym key into the file too")
    parser.add_argument("--recipient", metavar="WHO", help="encrypt it: a public key of age or SSH (age1..., ssh-...), "
                        "or whom GnuPG knows")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Write a backup, and say what is in it."""
    from flows import backup, encryption

    where, file = folders(), arguments.file
    _check_place(file)
    try:
        with locks.single_run(where, "stackrank backup"):
            content, sorts = backup.pack(where, with_key=arguments.key)
        if arguments.recipient:
            content = encryption.encrypt(content, arguments.recipient)
        _write(file, content)
    except (backup.BackupError, encryption.EncryptionError) as error:
        raise UsageError(f"no backup: {error}") from None
    print(f"{file}: {', '.join(f'{count} {sort}' for sort, count in sorts.items())}; {len(content):,} bytes")
    if arguments.key and not arguments.recipient:
        print(BOTH.format(file=file), file=sys.stderr)
    if not arguments.key:
        print("the key is not in it: keep a copy of it elsewhere (see stackrank doctor for its place)")
    return ALL_WELL


def _check_place(file: Path) -> None:
    """Raise UsageError where a new file has no place: a backup that is there stays."""
    if file.exists():
        raise UsageError(f"no backup: {file} is there already. Nothing was written. Name a new file.")
    if not file.parent.is_dir():
        raise UsageError(f"no backup: {file.parent} is no folder. Nothing was written. Name a file in a folder.")


def _write(file: Path, content: bytes) -> None:
    """Write a new file for its owner only; leave nothing where there is no room for all of it."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        try:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        except OSError:
            file.unlink()
            raise
