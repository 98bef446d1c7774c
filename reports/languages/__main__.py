"""Bring the catalogues of translations up to date with the sentences of the code.

    uv run python -m reports.languages [LANGUAGE ...]

Without a language every catalogue is brought up to date. A new language begins with an empty file LANGUAGE.po.
"""

import argparse

from reports.languages.catalogue import update
from reports.text.language import list_translated


def main() -> None:
    """Write the catalogues anew, and print how many sentences of each still wait for their translation."""
    top = argparse.ArgumentParser(prog="python -m reports.languages", description=(__doc__ or "").splitlines()[0])
    top.add_argument("languages", nargs="*", metavar="LANGUAGE", help="default: all that have a catalogue")
    for language in top.parse_args().languages or list_translated():
        print(f"{language}: {update(language)} sentences wait for their translation")


if __name__ == "__main__":
    main()
