"""What a process that crawls does. A server of forks imports it once: each crawl is a fork that need import nothing."""

import os
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from support.walk import CLOCK, standing_clock

import spiders.settings
from spiders.__main__ import module_of

FAMILIES = ("mail", "forums", "code", "counts")
for folder in FAMILIES:
    for file in sorted((Path(spiders.settings.__file__).parent / folder).glob("*.py")):
        import_module(f"spiders.{folder}.{file.stem}")


def run(kinds, arguments, changed, environment, said, at=None):
    """Crawl until the spiders of all kinds have finished; what the process says goes to the file `said`.

    The clock of the spiders stands at the moment `at`, where one is given.
    """
    with Path(said).open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.clear()
    os.environ.update(environment)
    settings = Settings({"SPIDER_MODULES": [module_of(kind) for kind in kinds]})
    settings.setmodule("spiders.settings")
    for name, value in changed.items():
        settings.set(name, value, priority=40)
    CLOCK.now = at
    process = AsyncCrawlerProcess(settings)
    with standing_clock() if at else nullcontext():
        for crawler in [process.create_crawler(kind) for kind in kinds]:
            process.crawl(crawler, **arguments)
            crawler.spidercls.prepare()
        process.start()
