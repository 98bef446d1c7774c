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

DOWNLOAD_HANDLERS = dict.fromkeys(("git+https", "git+http", "git+file"), "spiders.git_download.GitDownloadHandler")
GIT_TIMEOUT = 3600
GIT_MAX_BYTES = 8 << 30

ITEM_PIPELINES = {"pipelines.landing.Landing": 100}
EXTENSIONS = {"spiders.base.EndsWithParent": 0}

# Each of these opens a port or keeps a second memory beside data/visits.
HTTPCACHE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False

LOG_LEVEL = "WARNING"
