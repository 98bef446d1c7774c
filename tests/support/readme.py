"""Give the documents of the project, and the blocks of code in them."""

import re
from itertools import pairwise
from textwrap import dedent

from pipelines.folders import CHECKOUT

ROOMS = ("flows", "pipelines", "spiders", "reports", "data", "data/history", "tests")
DOCUMENTS = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", CHECKOUT / "pipelines/COOKBOOK.md",
             *(CHECKOUT / room / "README.md" for room in ROOMS)]  # fmt: skip
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (CHECKOUT / "flows/README.md").read_text(encoding="utf-8")
MODEL = (CHECKOUT / "pipelines/README.md").read_text(encoding="utf-8")
COOKBOOK = (CHECKOUT / "pipelines/COOKBOOK.md").read_text(encoding="utf-8")
CONTRIBUTING = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.S | re.M)


def blocks(text: str) -> list[tuple[str, str]]:
    """Return language and text of each block of code of a document, in order."""
    return [(language, dedent(block)) for _, language, block in BLOCK.findall(text)]


def block(text: str, language: str, holding: str) -> str:
    """Return the only block of a language that holds a text."""
    (found,) = (block for kind, block in blocks(text) if kind == language and holding in block)
    return found


def answered(text: str, language: str, holding: str) -> list[tuple[str, str]]:
    """Return each block of a language that holds a text and has its answer in the block after it."""
    return [(asked, answer) for (kind, asked), (after, answer) in pairwise(blocks(text))
            if kind == language and holding in asked and not after]  # fmt: skip
