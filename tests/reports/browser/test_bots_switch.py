"""The switch that includes the mail of bots, in a real browser."""

import pytest
from support.bot_site import house
from support.browser import launched, playwright

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_the_switch_works_by_keyboard_and_offline_and_without_scripts_there_is_the_table(house):
    with playwright.sync_playwright() as started:
        browser = launched(started.chromium)
        page = browser.new_context(offline=True, reduced_motion="reduce").new_page()
        page.goto((house.where.site / "index.html").as_uri())

        def shown():
            return page.evaluate("""(() => { const drawn = document.getElementById("messages");
                return [drawn.data.filter((trace) => trace.meta === "bots").length,
                        Math.max(...drawn.data.flatMap((trace) => trace.y)), drawn._fullLayout.yaxis.type]; })()""")

        assert shown() == [2, 30, "linear"]
        page.locator("figure:has(#messages) input[value=people]").focus()
        page.keyboard.press("ArrowRight")
        assert shown() == [0, 46, "linear"]
        assert page.locator("figure:has(#messages) .said").text_content() == "The mail of bots is counted too."
        page.locator("figure:has(#messages) input[value=log]").check()
        assert shown() == [0, 46, "log"]
        page.locator("figure:has(#messages) input[value=bots]").focus()
        page.keyboard.press("ArrowLeft")
        assert shown() == [2, 30, "log"]
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto((house.where.site / "index.html").as_uri())
        assert plain.locator("figure:has(#messages) .tools").is_hidden()
        plain.locator("section:has(#messages) summary").click()
        assert plain.locator("section:has(#messages) th", has_text="Fish, including bots").is_visible()
        browser.close()
