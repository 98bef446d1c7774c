"""Write the pages of other languages beside those of this process: a process has one language."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pipelines.folders import Folders
from reports.drafts import Draft
from reports.text.language import LANGUAGE


class TranslationError(Exception):
    """The pages of a language could not be written; the text is what its process said."""


@contextmanager
def translating(where: Folders, draft: Draft, languages: Sequence[str], address: str) -> Iterator[None]:
    """Let processes write the pages of the other languages into a draft while the block runs.

    Raises TranslationError where one of them fails.
    """
    others = [language for language in languages if language != LANGUAGE]
    started = {language: _start(where, draft, languages, address, language) for language in others}
    try:
        yield
        for language, process in started.items():
            said = process.communicate()[1]
            if process.returncode:
                raise TranslationError(f"pages in {language}: {said.decode(errors='replace').strip()}")
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def _start(
    where: Folders, draft: Draft, languages: Sequence[str], address: str, language: str
) -> "subprocess.Popen[bytes]":
    """Start the process of one language."""
    folders = where.data, where.communities, where.site, draft.folder
    command = [sys.executable, "-m", "reports.write_language", *map(str, folders), address, *languages]
    own = {"STACKRANK_LANGUAGE": language, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(command, env=os.environ | own, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
