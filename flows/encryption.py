"""Encrypt and decrypt a backup by a program that the user has: age, or GnuPG."""

import shutil
import subprocess
from pathlib import Path

AGE, GPG = "age", "gpg"
AGE_RECIPIENTS = ("age1", "ssh-")
AGE_HEADS = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")
GPG_HEAD = b"-----BEGIN PGP MESSAGE-----"
GZIP = b"\x1f\x8b"


class EncryptionError(ValueError):
    """The program is not installed, or refuses; the text says what it said."""


def encrypt(content: bytes, recipient: str) -> bytes:
    """Return a content that only `recipient` can read: a public key of age or SSH, else whom GnuPG knows."""
    if recipient.startswith(AGE_RECIPIENTS):
        return _run([AGE, "--recipient", recipient], content)
    return _run([GPG, "--batch", "--yes", "--trust-model", "always", "--encrypt", "--recipient", recipient], content)


def decrypt(content: bytes, identity: Path | None) -> bytes:
    """Return what was encrypted, or a content that never was; `identity` is the file of a key of age."""
    if content.startswith(GZIP):
        return content
    if not content.startswith(AGE_HEADS):
        return _run([GPG, "--batch", "--decrypt"], _check_message(content))
    if identity is None:
        raise EncryptionError("it is encrypted with age; name the file of your key: --identity FILE")
    return _run([AGE, "--decrypt", "--identity", str(identity)], content)


def _check_message(content: bytes) -> bytes:
    """Return a message of OpenPGP: armored, or its first bit is set (RFC 9580, 4.2); raises EncryptionError."""
    if content.startswith(GPG_HEAD) or content[:1] >= b"\x80":
        return content
    raise EncryptionError("it is no backup of stackrank. Nothing was changed. Name a file that backup wrote.")


def _run(command: list[str], content: bytes) -> bytes:
    program = command[0]
    if not shutil.which(program):
        raise EncryptionError(f"{program} is not installed")
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split()) or f"exit status {done.returncode}"
        raise EncryptionError(f"{program} refuses: {said[:300]}")
    return done.stdout
