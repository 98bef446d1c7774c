"""Readers weigh by themselves: the page shows what the tables have, and at other weights what the method gives."""

import shutil
from types import SimpleNamespace

import pytest
from support import browsing, many, weighing, weighing_cases
from support.site import altered, published, render

from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE
from pipelines.warehouse.query import open_database
from reports.pages import method
from reports.pages.context import read_context
from reports.pages.pairs import constants_of
from reports.pages.ranking_table import ranking_tables
from reports.text.pairs import PAIRS
from reports.text.particles import PAIRS as PARTICLES
from reports.text.particles import pick_particles

pytestmark = [pytest.mark.browser, pytest.mark.long]
PAGE = "method.html"
MIXED = """
update rankings.levels set y = 1.2 * (hash(community, metric) % 1000 / 1000.0 - .5),
    y_error = y_error * (.5 + hash(metric, community) % 1000 / 1000.0)
"""
"""Who is strong in one metric is weak in another, so that weights change the order."""
CLOSEST = """
select family, flip_weight from rankings.pairs join raw.build on as_of = last_complete_month
where family in ('code', 'talk') qualify difference = min(difference) over (partition by family)
"""
RANDOM, STEPS, CASES = 50, 40, 60
SAID = "({ held, said, name }) => window.stackrankWords(held).text(said, { name: name })"
STEP = """(value) => {
    const slider = document.getElementById("weight-code"), rows = document.getElementById("weighed-rows");
    const before = rows.textContent;
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    return rows.textContent !== before;
}"""


@pytest.fixture(scope="module")
def folder(once):
    return many.published(once, 4)


@pytest.fixture
def page(browser, folder):
    with browsing.open_context(browser, folder) as seen:
        yield browsing.go(seen, PAGE)


@pytest.fixture(scope="module")
def mixed(folder, tmp_path_factory):
    """The page of the method of other levels, with what it loads."""
    top = tmp_path_factory.mktemp("mixed")
    where = altered(SimpleNamespace(database=database_of(folder)), top, MIXED)
    where.site.mkdir()
    for path in (*folder.glob("*.css"), *folder.glob("*.js")):
        shutil.copyfile(path, where.site / path.name)
    (where.site / PAGE).write_text(render(where, method.page), encoding="utf-8")
    return where.site


def database_of(folder):
    return folder.parent / "stackrank.duckdb"


def at_official_weights(page, family):
    page.locator(f"[data-official={family}]").click()
    assert page.locator("[aria-pressed=true]").evaluate_all("(all) => all.map((e) => e.dataset.official)") == [family]
    return page.evaluate(weighing.SHOWN)


@pytest.mark.parametrize("make", [lambda once: many.published(once, 4), lambda once: published(once).site],
                         ids=["many", "hostile"])  # fmt: skip
def test_at_the_official_weights_the_page_shows_the_rows_and_sentences_of_the_ranking(browser, once, make):
    folder = make(once)
    with browsing.open_context(browser, folder) as seen, open_database(database_of(folder)) as database:
        page, site = browsing.go(seen, PAGE), read_context(database)
        pairs = site.grouped("ranking_table", "pairs", "as_of")[site.month]
        for table in ranking_tables(site):
            shown = at_official_weights(page, table["family"])
            assert shown["verdict"] == table["headline"].striptags()
            assert shown["firmness"] == " ".join(filter(None, [table["firmness"], *table["possible"]]))
            own = [row for row in pairs if row["family"] == table["family"]]
            said = [PAIRS[row["word"]].format(ahead=row["ahead_name"], behind=row["behind_name"]) for row in own]
            assert [row[4] for row in shown["rows"]][: len(said)] == said
            cells = [[row["community"], row["place"].shown] for row in table["rows"]]
            assert [row[:2] for row in shown["rows"]] == cells
            scores = [row["range"] for row in table["rows"] if row["rank"] is not None]
            assert [row[3] for row in shown["rows"]][: len(scores)] == scores


def test_the_weight_at_which_an_order_flips_is_that_of_the_table(page, folder):
    with open_database(database_of(folder)) as database:
        closest = database.ask(CLOSEST).to_pylist()
    for family, weight in (row.values() for row in closest):
        name = {"code": "Contributors in Code", "talk": "Senders in Talk"}[family]
        flips = at_official_weights(page, family)["flips"]
        said = f"{name}: the two are level at a weight of {100 * (weight or 0):.0f} of 100."
        assert any(text.startswith(said) for text in flips) == (weight is not None), flips


def test_at_random_weights_the_page_shows_what_another_computation_gives(browser, mixed):
    with browsing.open_context(browser, mixed) as seen, open_database(database_of(mixed)) as database:
        page, communities = browsing.go(seen, PAGE), database.ask(weighing.LEVELS).to_pylist()
        orders, kinds = compare_random(page, communities)
    assert len(orders) > 8
    assert kinds >= {"level", "none"}


def compare_random(page, communities):
    """Compare the page at random weights; return the orders and the kinds of flips that were met."""
    orders, kinds = set(), set()
    for values in map(weighing.draw, range(RANDOM)):
        page.evaluate(weighing.MOVE, values)
        expected, scored = weighing.expected(communities, weighing.weights_of(values))
        shown = page.evaluate(weighing.SHOWN)
        assert {key: shown[key] for key in expected} == expected, values
        exact = page.evaluate(weighing.EXACT, values)
        assert {slug: found[:2] for slug, found in exact.items()} == {
            slug: pytest.approx(found, abs=1e-9) for slug, found in scored.items()
        }
        flips = page.evaluate(weighing.FLIPS, values)
        assert weighing.wrong_flips(communities, values, flips) == []
        orders.add(tuple(row[0] for row in shown["rows"]))
        kinds |= {each["kind"] for each in flips["found"]}
    return orders, kinds


def test_communities_in_every_state_are_ranked_as_the_functions_of_the_ranking_do_it(page, folder):
    with open_database(database_of(folder)) as database:
        constants = constants_of(database)
    held = page.evaluate("() => JSON.parse(document.getElementById('weights-data').textContent)")
    held["thresholds"] = weighing_cases.thresholds(constants)
    met = set()
    for seed in range(CASES):
        case, weights = weighing_cases.draw_case(held, seed)
        found = page.evaluate(weighing_cases.RANK, {"held": case, "weights": weights})
        expected = weighing_cases.judge_case(case, weights, constants)
        assert [[*row[:2], *row[4:]] for row in found] == [[*row[:2], *row[4:]] for row in expected], seed
        for row, known in zip(found, expected, strict=True):
            assert row[2:4] == pytest.approx(known[2:4], abs=1e-9)
        met |= {row[1] for row in found} | {"possible" for row in found if row[6]}
    assert met == {"dormant", "no source", "new", "not observed", "quiet", "ranked", "possible"}


def test_a_particle_of_korean_fits_every_name_of_the_catalogue_as_in_a_page_that_is_written(page):
    held = page.evaluate("() => JSON.parse(document.getElementById('weights-data').textContent)")
    readings = {each.name: each.reading for each in load_catalogue(CATALOGUE)}
    held["readings"] = readings
    said = " ".join(f"{{name}}[{pair}]" for pair in PARTICLES)
    for name in (*readings, "Birch", "2010년 7월", "3", "43%", "기여자(43)", "서울"):
        found = page.evaluate(SAID, {"held": held, "said": said, "name": name})
        assert found == pick_particles(said.replace("{name}", name), readings)


def test_a_step_of_a_slider_is_answered_at_once_also_with_twenty_communities(browser, once):
    with browsing.open_context(browser, many.published(once, 50)) as seen:
        page = browsing.go(seen, PAGE)
        assert page.locator("#weighed-rows tr").count() == 20
        assert "Of 50 communities the first 20" in page.locator("#weights").inner_text()
        answered = [page.evaluate(STEP, 1 + 2 * step) for step in range(STEPS)]
        assert sum(answered) > STEPS / 2, "the rows are new when the event of the slider ends"


def test_the_address_keeps_the_weights_and_wrong_ones_are_the_official_ones(browser, folder):
    with browsing.open_context(browser, folder) as seen:
        page = browsing.go(seen, PAGE)
        page.evaluate(weighing.MOVE, {"talk": 90, "code": 11, "commits": 77})
        page.wait_for_function("() => location.hash.includes('commits=77')")
        shown, address = page.evaluate(weighing.SHOWN), page.url
        assert page.locator("#weighed-address").text_content() == address
        other = seen.context.new_page()
        other.goto(address)
        assert other.evaluate(weighing.SHOWN) == shown
        assert other.locator("#weights").bounding_box()["y"] < 5
        wrong = seen.context.new_page()
        wrong.goto(address.partition("#")[0] + "#weights&talk=101&code=-3&commits=many&evil=4&__proto__=7")
        assert wrong.locator("[data-official=overall]").get_attribute("aria-pressed") == "true"


def test_the_keyboard_alone_weighs_and_goes_back(browser, folder):
    with browsing.open_context(browser, folder) as seen:
        page = browsing.go(seen, "index.html")
        press_until(page, "document.activeElement.textContent === 'Other weights'")
        page.keyboard.press("Enter")
        page.wait_for_url("**/method.html#weights")
        official = page.evaluate(weighing.SHOWN)
        press_until(page, "document.activeElement.id === 'weight-people'")
        page.keyboard.press("End")
        assert page.locator("#weighed-verdict").text_content().startswith("By your weights, ")
        assert page.locator("#weight-people").get_attribute("aria-valuetext") == "53 of 100"
        press_until(page, "document.activeElement.dataset.official === 'overall'", "Shift+Tab")
        page.keyboard.press("Enter")
        assert page.evaluate(weighing.SHOWN) == official


def press_until(page, condition, key="Tab"):
    for _ in range(120):
        page.keyboard.press(key)
        if page.evaluate(condition):
            return
    pytest.fail(f"the keyboard never reached: {condition}")


def test_without_any_weight_nothing_is_ranked_and_without_a_script_the_page_says_what_is_missing(browser, folder):
    with browsing.open_context(browser, folder) as seen:
        page = browsing.go(seen, PAGE)
        page.evaluate(weighing.MOVE, {"talk": 0, "code": 0, "people": 0})
        assert page.locator("#weighed-nothing").is_visible()
        assert page.locator("#weighed-result").is_hidden()
    with browsing.open_context(browser, folder, java_script_enabled=False) as seen:
        section = browsing.go(seen, PAGE).locator("#weights")
        assert "The sliders need JavaScript." in section.inner_text()
        assert section.locator("input:visible").count() == 0
