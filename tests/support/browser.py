"""Launch the browser of the system."""

import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
QUIET = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


LAUNCHES = 3
"""How often a launch is tried: on a busy machine Chromium may not answer in time. What a test asks is asked once."""


def launched(chromium):
    """A headless Chromium: the system's, else Playwright's own; skips with the reason where none can be started."""
    found = next(filter(None, map(shutil.which, SYSTEM)), None)
    for _ in range(LAUNCHES):
        try:
            return chromium.launch(executable_path=found, args=QUIET)
        except playwright.Error as error:
            reason = str(error).strip().splitlines()[0]
    pytest.skip(f"no browser can be started: {reason}")
