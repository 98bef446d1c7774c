"""Write the pages of other languages beside those of this process: a process has one language."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import connection, get_context
from typing import Any

from pipelines.folders import Folders
from reports import render
from reports.drafts import Draft
from reports.pages.context import Context
from reports.text.language import LANGUAGE, folder

PROCESSES: Any = get_context("fork" if sys.platform == "linux" else "spawn")
"""A fork has what this process imported, asked and compiled."""


class TranslationError(Exception):
    """The pages of a language could not be written; the text is what its process said."""


@contextmanager
def translating(where: Folders, draft: Draft, site: Context) -> Iterator[None]:
    """Let processes write the pages of the other languages into a draft while the block runs.

    The context has the answers that pages of all languages share; its database is not open.
    Raises TranslationError where one of the processes fails.
    """
    others = [language for language in site.languages if language != LANGUAGE]
    started = {language: _start(where, draft, site, language) for language in others}
    try:
        yield
        for language, (_, said) in started.items():
            if failure := _listen(said):
                raise TranslationError(f"pages in {language}: {failure}")
    finally:
        for process, _ in started.values():
            process.kill()
            process.join()


def _start(where: Folders, draft: Draft, site: Context, language: str) -> tuple[Any, connection.Connection]:
    """Start the process of one language; return it with what it will say."""
    own = Draft(draft.folder / folder(language), draft.published / folder(language))
    said, say = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_write, args=(language, say, where, own, site, render.compiled))
    process.start()
    say.close()
    return process, said


def _listen(said: connection.Connection) -> str:
    """Wait for a process; return why it failed, or nothing."""
    try:
        return str(said.recv())
    except EOFError:
        return "its process was ended"


def _write(
    language: str, say: connection.Connection, where: Folders, draft: Draft, site: Context, compiled: dict[str, bytes]
) -> None:
    """Write the pages of a language, and say why that failed, or nothing."""
    try:
        _speak(language)
        import_module("reports.render").compiled.update(compiled)
        import_module("reports.site").write_pages(where, draft, site)
    except BaseException:  # noqa: BLE001 - the process that waits raises it
        say.send(traceback.format_exc().strip())
    else:
        say.send("")


def _speak(language: str) -> None:
    """Let what is imported from now on say everything in a language: modules translate their sentences once."""
    os.environ["STACKRANK_LANGUAGE"] = language
    for name in [name for name in sys.modules if name.startswith("reports")]:
        del sys.modules[name]
