"""One browser for all tests of this folder."""

import pytest


@pytest.fixture(scope="package")
def browser():
    from support.browser import launched, playwright  # skips where Playwright is missing

    with playwright.sync_playwright() as tools:
        browser = launched(tools.chromium)
        yield browser
        browser.close()
