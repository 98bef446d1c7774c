"""Where the key of the pseudonyms lives: read it, make it on first use, rotate it."""

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from pipelines.privacy.pseudonyms import KEY_BYTES, KeyRefusedError, Pseudonyms


def path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the key is kept: the user's configuration folder, never the repository."""
    base = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".config")
    return Path(base) / "stackrank" / "pseudonym.key"


def load(environ: Mapping[str, str] = os.environ) -> Pseudonyms:
    """Read the key from `STACKRANK_KEY` (64 hexadecimal digits) or its file, made on first use.

    Raises KeyRefusedError if the key is malformed or its file can be read by others.
    """
    given = environ.get("STACKRANK_KEY")
    if given is not None:
        return Pseudonyms(_key_bytes(given, "STACKRANK_KEY"))
    file = path(environ)
    if not file.exists():
        _make(file)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise KeyRefusedError(f"{file} can be read by others; run: chmod 600 {file}")
    return Pseudonyms(_key_bytes(file.read_text(errors="replace"), str(file)))


def present_key_id(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the id of the present key without making one; None where there is none that can be read."""
    if "STACKRANK_KEY" not in environ and not path(environ).exists():
        return None
    try:
        return load(environ).key_id
    except (KeyRefusedError, OSError):
        return None


def rotate(environ: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Make a new key in place of the one in its file, which is kept beside it; return the ids of both.

    Raises KeyRefusedError as `load_rotatable` does. Where the new one cannot be written, the old one stays.
    """
    file, old = path(environ), load_rotatable(environ).key_id
    draft = _write_draft(file)
    file.rename(file.with_name(f"{file.name}.{old}"))
    draft.rename(file)
    return old, load(environ).key_id


def load_rotatable(environ: Mapping[str, str] = os.environ) -> Pseudonyms:
    """Read the key from its file; raises KeyRefusedError where the environment gives it, or there is none."""
    if environ.get("STACKRANK_KEY") is not None:
        raise KeyRefusedError("STACKRANK_KEY gives the key; only one that lies in its file can be rotated")
    if not path(environ).exists():
        raise KeyRefusedError(f"there is no key at {path(environ)} to rotate")
    return load(environ)


def _key_bytes(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyRefusedError(f"{where} must hold {2 * KEY_BYTES} hexadecimal digits")
    return key


def _make(file: Path) -> None:
    """Make the key file complete or not at all, also when two processes are first."""
    draft = _write_draft(file)
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _write_draft(file: Path) -> Path:
    """Write a new key beside the file of the key; leave nothing where there is no room."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_hex(KEY_BYTES) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft
