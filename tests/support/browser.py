"""Launch the browser of the system."""

import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
QUIET = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launched(chromium):
    """A headless Chromium: the system's, else Playwright's own; skips with the reason where none can be started."""
    found = next(filter(None, map(shutil.which, SYSTEM)), None)
    try:
        return chromium.launch(executable_path=found, args=QUIET)
    except playwright.Error as error:
        pytest.skip(f"no browser can be started: {str(error).strip().splitlines()[0]}")
