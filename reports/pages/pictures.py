"""The pictures of pages that a reader may save: as SVG files, and as scripts from which a page makes PNG files."""

import json
from collections.abc import Mapping

from reports.graphics.picture import Words
from reports.pages.context import Context
from reports.text.citation import citation
from reports.text.language import gettext


def words_of(site: Context, title: str, shows: str) -> Words:
    """Return what stands around a picture: title, what it shows, source, and the word of a demo."""
    return Words(
        title, shows, citation(site, title).striptags(), gettext("invented data") if site.build["is_invented"] else ""
    )


def colours_of(site: Context) -> dict[str, str | None]:
    """Return the colour of each community on a light page."""
    return {row["community"]: row["colour"] for row in site.communities}


def files_of(pictures: Mapping[str, str]) -> dict[str, str]:
    """Return the files of pictures by their names: each SVG, and a script that holds the same.

    A script works where the site is opened as files; a fetched picture does not.
    """
    scripts = {f"{name}.js": _as_script(name, picture) for name, picture in pictures.items()}
    return {f"{name}.svg": picture for name, picture in pictures.items()} | scripts


def _as_script(name: str, picture: str) -> str:
    return f"(window.stackrankPictures ??= {{}})[{json.dumps(name)}] = {json.dumps(picture, ensure_ascii=False)};\n"
