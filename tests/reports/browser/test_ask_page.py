"""The page of questions, served: a reader asks, sees a table and a chart, saves a CSV file, and links a question."""

import pytest
from support import browsing
from support.serving import serving
from support.site import published

pytestmark = [pytest.mark.browser, pytest.mark.long]
ANSWERED = "() => !document.getElementById('answer').hidden"
DATED = "select as_of, community, score from rankings.monthly where family = 'code' and score is not null order by all"


@pytest.fixture(scope="module")
def address(once):
    with serving(published(once).site) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def seen(browser, once, address):
    with browsing.open_context(browser, published(once).site, address, accept_downloads=True) as seen:
        yield seen


def asked(page, sql):
    page.locator("#statement").fill(sql)
    page.locator("#ask-it").click()
    page.wait_for_function(ANSWERED)


def test_a_question_gets_a_table_a_chart_and_a_file(seen, tmp_path):
    page = browsing.go(seen, "sql.html")
    assert page.locator("#not-served").is_hidden()
    asked(page, DATED)
    page.locator("#answer-chart .main-svg").first.wait_for()
    names = page.evaluate("document.getElementById('answer-chart').data.map((trace) => trace.name)")
    assert {"alpha", "evil"} <= set(names)
    assert page.locator("#answer-table thead th").all_text_contents() == ["as_of", "community", "score"]
    with page.expect_download() as saving:
        page.locator("#as-csv").click()
    saving.value.save_as(tmp_path / "answer.csv")
    text = (tmp_path / "answer.csv").read_text()
    assert text.startswith("as_of,community,score\n")
    assert text.count("\n") == page.locator("#answer-table tr").count()


def test_a_link_to_a_question_asks_it_and_a_link_to_words_waits_for_a_press(seen):
    page = browsing.go(seen, "sql.html#question-01-places")
    page.wait_for_function(ANSWERED)
    assert page.locator("#statement").input_value() == page.locator("#question-01-places + pre code").text_content()
    other = browsing.go(seen, "sql.html#sql=select%20%27%3Cimg%3E%27%20as%20x")
    assert (other.locator("#statement").input_value(), other.locator("#answer").is_hidden()) == (
        "select '<img>' as x",
        True,
    )
    other.locator("#statement").press("Control+Enter")
    other.wait_for_function(ANSWERED)
    assert other.locator("#answer-table td").text_content() == "<img>"
    assert "No chart" in other.locator("#undrawn").text_content()
    assert other.url.endswith("#sql=select%20%27%3Cimg%3E%27%20as%20x")


def test_what_has_no_answer_is_a_sentence_and_the_next_question_has_one(browser, once, address):
    context = browser.new_context()  # a refused question is a line in the console
    page = context.new_page()
    page.goto(f"{address}/sql.html")
    page.locator("#statement").fill("copy raw.build to '/tmp/x.csv'")
    page.locator("#ask-it").click()
    page.wait_for_function("() => document.getElementById('said').textContent.includes('asks nothing')")
    asked(page, "select 'x' as name, 3 as n")
    page.locator("#answer-chart .main-svg").first.wait_for()
    assert page.evaluate("document.getElementById('answer-chart').data[0].type") == "bar"
    context.close()


def test_the_page_with_an_answer_reads_well_everywhere(seen):
    page = browsing.go(seen, "sql.html")
    asked(page, DATED)
    page.locator("#answer-chart .main-svg").first.wait_for()
    wrong = {}
    for width in browsing.WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            wrong[width, theme] = browsing.find_violations(page, browsing.ALL)
    assert [found for found in wrong.values() if found] == []
    assert browsing.find_wide(page) == {}
    page.set_viewport_size({"width": 1280, "height": 900})
    reachable, reached, unseen = browsing.press_through(page)
    assert (reached, unseen) == (reachable, [])


def test_every_page_of_the_site_may_be_served_under_the_policy(seen):
    for name in ("", "community/alpha.html", "time/index.html", "compare/", "data.html"):
        page = browsing.go(seen, name)
        browsing.scroll_through(page)
