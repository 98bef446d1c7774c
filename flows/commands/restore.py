"""The command `restore`."""

import argparse
from pathlib import Path

from flows import locks
from flows.commands.checks import UsageError
from pipelines.folders import folders, typed

HELP = "read a backup into the data folder; what is there and differs is refused, or set aside with --replace"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that stackrank backup wrote")
    parser.add_argument("--identity", type=Path, metavar="FILE", help="the file of your key of age")
    parser.add_argument("--replace", action="store_true", help="set aside what is there and differs")


def run(arguments: argparse.Namespace) -> int:
    """Look at a whole backup, then restore it; say how much was new."""
    from flows import backup, encryption, storing
    from pipelines.privacy import key_file

    where = folders()
    try:
        found = backup.unpack(encryption.decrypt(_read(arguments.file), arguments.identity))
        with locks.single_run(where, "stackrank restore"):
            storing.bring(where)
            written = backup.restore(where, found.contents, replace=arguments.replace)
            status = storing.finish_command(where)
    except (backup.BackupError, encryption.EncryptionError) as error:
        raise UsageError(f"not restored: {arguments.file}: {error}") from None
    print(f"{len(written)} of {len(found.contents)} files restored; the others were there already")
    if found.key_id and found.key_id != key_file.present_key_id():
        print(f"the key of this backup is {found.key_id}: put it in its place, or opt-outs do not hold; see: doctor")
    print(f"next: {typed('nightly')}")
    return status


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        why = f"{file}: {error.strerror}"
        raise UsageError(f"not restored: {why}. Nothing was changed. Name a file that backup wrote.") from None
