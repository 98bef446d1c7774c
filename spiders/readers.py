"""Print the version of the reader of each kind: `python -m spiders.readers KIND ...` gives one JSON object."""

import json
import sys
from importlib import import_module

from spiders.__main__ import module_of


def reader_of(kind: str) -> str:
    """Return the version of the reader that the spider of a kind has; raises LookupError where there is no spider."""
    found = vars(import_module(module_of(kind))).values()
    return next(str(one.reader) for one in found if getattr(one, "name", None) == kind and hasattr(one, "reader"))


if __name__ == "__main__":
    print(json.dumps({kind: reader_of(kind) for kind in sys.argv[1:]}))
