"""Name the months and lists of invented archives, and run spiders in a process of their own."""

import os
import subprocess
import sys
from datetime import date

from support.walk import KEY, TODAY

from flows.demo.archives import MailingList
from pipelines.folders import CHECKOUT
from pipelines.privacy.pseudonyms import Pseudonyms

KEYED = Pseudonyms(bytes.fromhex(KEY))
SHARED = CHECKOUT.parent / "shared" / "payloads"


def back(months):
    """Return the first day of the month that is so many months ago."""
    return date(TODAY.year - (months - TODAY.month + 12) // 12, (TODAY.month - 1 - months) % 12 + 1, 1)


RUNNING, PREVIOUS = back(0), back(1)


def mailman2(name, months, **facts):
    return MailingList(
        "pipermail", f"/lists.example.org/pipermail/{name}/", f"{name}@lists.example.org", months, **facts
    )


HEAD = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2005-01-01\n'
CRAWL = """
import sys
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from spiders.__main__ import module_of
kinds = sys.argv[1].split(",")
settings = Settings({"SPIDER_MODULES": [module_of(kind) for kind in kinds]})
settings.setmodule("spiders.settings")
process = AsyncCrawlerProcess(settings)
for kind in kinds:
    process.crawl(kind, **dict(argument.split("=", 1) for argument in sys.argv[2:]))
process.start()
"""


def crawl_process(where, kinds, *arguments):
    """Run the spiders of several kinds in one process, which saves seconds; return what they complained of."""
    finished = subprocess.run(
        [sys.executable, "-c", CRAWL, ",".join(kinds), *arguments], cwd=CHECKOUT, capture_output=True, text=True,
        check=False, env=os.environ | {"STACKRANK_DATA": str(where.data), "STACKRANK_KEY": KEY,
                                       "STACKRANK_COMMUNITIES": str(where.communities)},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert "Traceback" not in finished.stderr, finished.stderr
    return finished.stderr
