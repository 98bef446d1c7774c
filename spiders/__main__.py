"""Runs the spider of one kind in this process: `python -m spiders KIND [NAME=VALUE ...]`.

Imports only what this spider needs, which is where most of the time of a visit without news goes.
"""

import gc
import sys
from pathlib import Path

from pipelines.leaving import leave_after
from pipelines.without_pandas import Without
from spiders import watchdog

FEWER_COLLECTIONS = (50_000, 20, 50)
"""Rows are many and hold no cycles: looking for cycles among them as often as by default costs a tenth of the time."""
WITH_NUMPY = "spiders.mail."
"""Readers of mail use NumPy; all others have it only because PyArrow imports it if it can: a tenth of their start."""
HTTP2_SERVER = "twisted.web._http2"
"""A server of HTTP/2, which Twisted imports with what it has for clients, where it can."""


def module_of(kind: str) -> str:
    """Return the module of a kind's spider, the file with the kind's name; raises LookupError if there is none."""
    file = next(Path(__file__).parent.glob(f"*/{kind}.py"), None)
    if file is None:
        raise LookupError(f"there is no spider of kind {kind}: its file is spiders/<family>/{kind}.py")
    return f"spiders.{file.parent.name}.{kind}"


def main() -> int:
    """Crawl until the spider has finished; return the exit status."""
    watchdog.start()
    gc.disable()  # while it imports: what that makes stays
    kind, *arguments = sys.argv[1:]
    module = module_of(kind)
    sys.meta_path.insert(0, Without("pandas") if module.startswith(WITH_NUMPY) else Without("pandas", "numpy"))
    sys.modules[HTTP2_SERVER] = None  # type: ignore[assignment]  (so Python marks a module that is not there)
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    settings = Settings({"SPIDER_MODULES": [module]})
    settings.setmodule("spiders.settings")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(kind)
    process.crawl(crawler, **dict(argument.split("=", 1) for argument in arguments))
    gc.freeze()
    gc.set_threshold(*FEWER_COLLECTIONS)
    gc.enable()
    crawler.spidercls.prepare()  # type: ignore[attr-defined]  # a SourceSpider
    process.start()
    return 0


if __name__ == "__main__":
    leave_after(main)
