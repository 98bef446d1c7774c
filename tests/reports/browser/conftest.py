"""One browser for all tests of a file."""

import pytest


@pytest.fixture(scope="module")
def browser():
    """A browser that ends with the file: Playwright's event loop would stop every later `asyncio.run`."""
    from support.browser import launched, playwright  # skips where Playwright is missing

    with playwright.sync_playwright() as tools:
        browser = launched(tools.chromium)
        yield browser
        browser.close()
