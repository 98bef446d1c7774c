"""Scrapy's settings: who we are, how fast we go, what is switched off and why."""

import os
from importlib.metadata import version

BOT_NAME = "stackrank"
SPIDER_MODULES = ["spiders"]

CONTACT = os.environ.get("STACKRANK_CONTACT", "no contact given")
USER_AGENT = f"stackrank/{version('stackrank')} (nightly public-activity counts; {CONTACT})"
ROBOTSTXT_OBEY = True
COOKIES_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True

CONCURRENT_REQUESTS_PER_DOMAIN = 2
DOWNLOAD_DELAY = 2.0
DOWNLOAD_SLOTS = {host: {"delay": 0, "jitter": 0} for host in ("127.0.0.1", "localhost")}
DOWNLOAD_TIMEOUT = 180
RETRY_TIMES = 2
AUTOTHROTTLE_ENABLED = False

# The named repositories of the four communities are 11; this bounds the first nights of a long list.
UNITS_PER_HOST = 200
UNLIMITED_HOSTS = ("127.0.0.1", "localhost")
DOWNLOADER_MIDDLEWARES = {"spiders.budget.LetsHostsRest": 50}

DOWNLOAD_HANDLERS = dict.fromkeys(("git+https", "git+http", "git+file"), "spiders.git_download.GitDownloadHandler")
# What one repository may take: seconds, seconds without progress, bytes on disk (files that came in spite of the
# filter too), objects and references together, bytes of memory of one git process.
GIT_TIMEOUT = 3600
GIT_IDLE_TIMEOUT = 60
GIT_MAX_BYTES = 8 << 30
GIT_MAX_OBJECTS = 10_000_000
GIT_MAX_MEMORY = 2 << 30

ITEM_PIPELINES = {"pipelines.landing.Landing": 100}
# What is switched off below is not even imported: that takes longer than a quiet visit.
EXTENSIONS = {
    "spiders.base.EndsWithParent": 0,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
}

# Each of these opens a port or keeps a second memory beside data/visits.
HTTPCACHE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False

LOG_LEVEL = "WARNING"
