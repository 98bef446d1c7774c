"""Scrapy's settings: who we are, how fast we go, what is switched off and why."""

import os
from importlib.metadata import version

from scrapy.settings import default_settings

BOT_NAME = "stackrank"

CONTACT = os.environ.get("STACKRANK_CONTACT", "no contact given")
USER_AGENT = f"stackrank/{version('stackrank')} (nightly public-activity counts; {CONTACT})"
ROBOTSTXT_OBEY = True
COOKIES_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True

CONCURRENT_REQUESTS_PER_DOMAIN = 2
DOWNLOAD_DELAY = 2.0
DOWNLOAD_SLOTS = {host: {"delay": 0, "jitter": 0} for host in ("127.0.0.1", "localhost")}
DOWNLOAD_TIMEOUT = 180
# A host that sends less than so many bytes a second, over so many seconds, is left. Its headers have so many bytes.
IDLE_TIMEOUT, MIN_BYTES_PER_SECOND = 45, 1000
MAX_HEAD = 1 << 18
# What a page and a month of mail may take, in bytes. A page of JSON takes twelve times as much memory when it is read.
MAX_PAGE, MAX_MONTH = 8 << 20, 96 << 20
# The bound of what names none of its own, such as a robots.txt.
DOWNLOAD_MAXSIZE = MAX_PAGE
# After so many seconds the reading of a unit is given up; GIT_TIMEOUT is that of a repository. The parent of a spider
# ends it where nothing has come of it for so many seconds more.
UNIT_TIMEOUT, GRACE = 900, 120
# The longest Crawl-delay of a robots.txt that is kept, in seconds.
MAX_CRAWL_DELAY = 30
RETRY_TIMES = 2
# A host that gives no answer is asked no second time at once: `flows.hosts` gives it a pause.
NOT_RETRIED = ("http11", "CannotResolveHost", "ConnectionRefused", "Timeout")
RETRY_EXCEPTIONS = [
    error for error in default_settings.RETRY_EXCEPTIONS if not any(name in str(error) for name in NOT_RETRIED)
]
AUTOTHROTTLE_ENABLED = False
# Scrapy would parse the source of a callback for each answer: its memory of callbacks never finds a bound method.
WARN_ON_GENERATOR_RETURN_VALUE = False

# The named repositories of the four communities are 11; this bounds the first runs of a long list.
UNITS_PER_HOST = 200
# A block of a forum is 1,000 posts and about 20 questions: 60,000 posts come in four runs of ten minutes.
FORUM_BLOCKS = 15
# Posts are deleted at any time: after so many days the newest block, and any other one, is read again.
FORUM_RECOUNT, FORUM_ROTATION = 30, 180
# Where the token of GitHub goes, and nowhere else.
GITHUB_API = "https://api.github.com"
UNLIMITED_HOSTS = ("127.0.0.1", "localhost")
DOWNLOADER_MIDDLEWARES = {
    "spiders.core.budget.PausesHosts": 50,
    "spiders.core.robots.RobotsMiddleware": 100,
    "spiders.core.recorder.Recorder": 900,
}

DOWNLOAD_HANDLERS_BASE = {
    "data": "scrapy.core.downloader.handlers.datauri.DataURIDownloadHandler",
    **dict.fromkeys(("https", "http"), "spiders.core.http_download.HttpDownloadHandler"),
    **dict.fromkeys(("git+https", "git+http", "git+file"), "spiders.code.git_download.GitDownloadHandler"),
}
# What one repository may take: seconds, seconds without progress, bytes on disk (files that came in spite of the
# filter too), objects and references together, bytes of memory of one git process.
GIT_TIMEOUT = 3600
GIT_IDLE_TIMEOUT = IDLE_TIMEOUT
GIT_MAX_BYTES = 8 << 30
GIT_MAX_OBJECTS = 10_000_000
GIT_MAX_MEMORY = 2 << 30

ITEM_PIPELINES = {"pipelines.landing.item_pipeline.Landing": 100}
# Scrapy imports what its own lists name, even what is switched off there: that takes longer than a visit without news.
# So these say what runs here at all: no port (telnet, remote control), no second memory beside data/visits (HTTP
# cache, feeds), no cookies.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
}
DOWNLOADER_MIDDLEWARES_BASE = {
    f"scrapy.downloadermiddlewares.{name}": order
    for name, order in {
        "downloadtimeout.DownloadTimeoutMiddleware": 350,
        "defaultheaders.DefaultHeadersMiddleware": 400,
        "useragent.UserAgentMiddleware": 500,
        "retry.RetryMiddleware": 550,
        "httpcompression.HttpCompressionMiddleware": 590,
        "redirect.RedirectMiddleware": 600,
        "httpproxy.HttpProxyMiddleware": 750,
        "stats.DownloaderStats": 850,
    }.items()
}

LOG_LEVEL = "WARNING"
# Below that level Scrapy says which versions of other packages it runs with, and looks all of them up.
LOG_VERSIONS: list[str] = []
