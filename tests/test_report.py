"""The published site, read as a browser and a spreadsheet would: words, charts, files, hostile text."""

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from types import SimpleNamespace

import pyarrow as pa
import pytest

from pipelines import history, landing, warehouse
from pipelines.folders import Folders
from pipelines.nouns import Community, Source, Verdict, Visit
from reports import charts, facts, site, words

TODAY = date(2026, 3, 20)
NIGHT, EARLIER, AUTUMN = (datetime(*day, 3, tzinfo=UTC) for day in ((2026, 3, 20), (2026, 3, 10), (2025, 11, 11)))
BAD = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe\u061c\x1b[31m"
SHOWN = re.sub("[\u202e\u061c\x1b]", "\ufffd", BAD)
EVIL = f"=cmd(){BAD}"
HOMEPAGES = {"alpha": 'https://alpha.example.org/" onmouseover="alert(3)', "evil": f"javascript:alert(4)//{BAD}"}
DRAWN = {
    "places-code": "Places over time: public code activity",
    "commits": "Commits a month",
    "code-people": "Contributors a month",
}


# ---- invented communities --------------------------------------------------------------------------------------


def community(slug, name, **facts):
    url = f"git+https://forge.example.org/{slug}/one"
    core = Source(slug, "core", "git", (url,), **{"since": date(2025, 1, 1), "why": "Invented.", **facts})
    return Community(slug, name, HOMEPAGES.get(slug, f"https://{slug}.example.org/"), date(2025, 1, 1), (core,))


def visit(of, seen_at, verdict=Verdict.OK, **facts):
    (core,) = of.sources
    unit = f"{of.slug}/one"
    return Visit(of.slug, core.name, "git", unit, core.urls[0], seen_at, verdict, key_id="k1", **facts)


def commits(months, authors, each):
    """So many commits by each author in each month; month 0 is January 2025."""
    for m, who, n in ((m, who, n) for m in range(months) for who in range(authors) for n in range(each)):
        at = datetime(2025 + m // 12, m % 12 + 1, 1) + timedelta(hours=n)
        yield dict.fromkeys(landing.COMMITS.names) | {
            "hash": f"{m:02}{who:02}{n:036}", "parents": 1, "committed_at": at, "authored_at": at,
            "author_name_key": f"n-{who}", "author_name_words": 2,
        }  # fmt: skip


def land(where, of, seen_at, *how_many):
    batch = pa.RecordBatch.from_pylist(list(commits(*how_many)), schema=landing.COMMITS)
    landing.land(where, landing.Harvest(visit(of, seen_at), 0.0, landing.COMMITS, [batch], []))


def folders(top):
    return Folders(top / "data", top / "communities", top / "site")


def measured(where, slug, metric, month, value):
    """One figure of data/history that was measured earlier by our own definition."""
    (sentence,) = (t.sentence for t in warehouse.tables() if t.name == f"metrics.{metric}")
    where.history.mkdir()
    with (where.history / "measured.csv").open("w", newline="") as file:
        csv.writer(file).writerows([history.COLUMNS, (slug, metric, sentence, month, value, "measured", "invented")])


ALPHA, BETA, EVILS = community("alpha", "Alpha Cloud"), community("beta", "Beta Stack"), community("evil", EVIL)
GAMMA = community("gamma", "Gamma", until=date(2025, 12, 31))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Alpha is seen; Beta not since autumn; Evil's words are bad, its last visit failed; Gamma was never visited."""
    where = folders(tmp_path_factory.mktemp("house"))
    land(where, ALPHA, NIGHT, 15, 6, 4)
    land(where, BETA, AUTUMN, 11, 5, 3)
    land(where, EVILS, EARLIER, 15, 4, 2)
    landing.note(where.visits, visit(BETA, NIGHT, Verdict.REFUSED, reason="the server asked for a password"))
    landing.note(where.visits, visit(EVILS, NIGHT, Verdict.FAILED, reason=f'said "{BAD}"', note=f"+1 {BAD}"))
    measured(where, "gamma", "commits", "2025-05", 20)
    warehouse.build(where, (ALPHA, BETA, EVILS, GAMMA), TODAY)
    html = site.publish(where).read_text(encoding="utf-8")
    return SimpleNamespace(where=where, html=html, page=Page(html), known=facts.read(where.database))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """A page where every visit was good and nobody has enough history for a place."""
    where = folders(tmp_path_factory.mktemp("quiet"))
    young = [replace(c, sources=(replace(c.sources[0], since=date(2026, 1, 1)),)) for c in (ALPHA, BETA)]
    for each in young:
        land(where, each, NIGHT, 15, 4, 1)
    warehouse.build(where, young, TODAY, "a rehearsal: people <invented>")
    return Page(site.page(facts.read(where.database)))


# ---- readers ---------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser makes of a page: its elements, the text that shows, tables by caption, figures by id."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.said, self.scripts, self.found, self.into = [], [], {}, [], None
        self.feed(text)
        self.text = " ".join(" ".join(self.said).split())
        self.tables = {"".join(name): [[" ".join(cell) for cell in row] for row in rows] for name, rows in self.found}
        figures = {name.removesuffix("-figure"): "".join(said) for name, said in self.scripts.items() if name}
        self.figures = {name: json.loads(said, parse_constant=pytest.fail) for name, said in figures.items()}

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.into = self.scripts[dict(attrs).get("id")] = []
        elif tag == "caption":
            self.into = []
            self.found.append((self.into, []))
        elif tag == "tr":
            self.found[-1][1].append([])
        elif tag in ("th", "td"):
            self.into = []
            self.found[-1][1][-1].append(self.into)

    def handle_endtag(self, tag):
        if tag in ("script", "caption", "th", "td"):
            self.into = None

    def handle_data(self, data):
        if self.into is not None:
            self.into.append(data)
        if all(self.into is not script for script in self.scripts.values()):
            self.said.append(data)

    def values(self, attribute, *tags):
        return [attrs[attribute] for tag, attrs in self.tags if attribute in attrs and (tag in tags or not tags)]

    def rows(self, beginning):
        """The rows of the only table whose caption begins so, by their first cell and without the head."""
        (found,) = (rows for caption, rows in self.tables.items() if caption.startswith(beginning))
        return {row[0]: row[1:] for row in found[1:]}


def table(house, name):
    with (house.where.site / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- missing values --------------------------------------------------------------------------------------------


def test_a_missing_value_is_a_word(house):
    unranked = house.page.rows("Ranking by")["not ranked"]
    assert unranked == ["Gamma none of the 12 months was seen", "not observed", "not ranked", "not observed",
                        "not observed", "0 of 12, up to 1 measured earlier"]  # fmt: skip
    months = house.page.rows("Commits a month")
    assert months["May 2025"] == ["24", "15", "8", "20 (measured earlier)"]
    assert months["November 2025"] == ["24", "15 (partly observed)", "8", "not observed"]
    assert months["February 2026"] == ["24", "not observed", "8", "not applicable"]
    assert months["March 2026"] == ["24 to date", "not observed", "8 to date", "not applicable"]
    assert house.page.rows("Places over time")["February 2026"] == ["1", "2", "3", "not ranked"]


def test_no_word_of_a_programming_language_shows(house, quiet):
    for page in (house.page, quiet):
        assert re.findall(r"\b(?:None|NaN|NaT|nan|null|NULL|inf|undefined|True|False)\b", page.text) == []


def test_a_missing_value_is_an_empty_cell_beside_its_state_or_reason(house):
    monthly = table(house, "monthly")
    assert {row["state"] for row in monthly if not row["value"]} == {"unobserved", "not_applicable"}
    assert {row["state"] for row in monthly if row["value"]} == {"observed", "partial", "published"}
    for name in ("ranking", "places"):
        rows = [row for row in table(house, name) if row["community"] == "gamma"]
        assert {(row["place"], row["index"], bool(row["reason"])) for row in rows} == {("", "", True)}
    ranked = [(row["community"], row["place"], row["reason"]) for row in table(house, "ranking") if row["place"]]
    assert ranked == [("alpha", "1", ""), ("beta", "2", ""), ("evil", "3", "")]


# ---- hostile text ----------------------------------------------------------------------------------------------


def test_hostile_text_makes_no_elements(house):
    scripts = [attrs for tag, attrs in house.page.tags if tag == "script"]
    data = [{"type": "application/json", "id": f"{name}-figure"} for name in DRAWN]
    assert scripts == [*data, {"src": "plotly.min.js"}, {"src": "draw.js"}]
    assert {tag for tag, _ in house.page.tags} & {"img", "iframe", "object", "embed", "form", "base", "svg"} == set()
    assert [name for _, attrs in house.page.tags for name in attrs if name.startswith("on")] == []
    links = house.page.values("href", "a")
    assert [link for link in links if not link.startswith(("https://", "data/"))] == []
    assert HOMEPAGES["alpha"] in links


def test_hostile_text_shows_as_text_with_its_unseen_characters_made_visible(house):
    name = f"=cmd(){SHOWN}"
    assert house.page.rows("Units whose")[name][3] == f'said "{SHOWN}"'
    assert house.page.rows("Ranking by")["3"][0] == name
    assert name in house.page.rows("Sources, by")
    assert set("\u202e\u061c\x1b") & set(house.html) == set()


def test_hostile_text_in_a_chart_is_text(house):
    drawn = json.dumps(house.page.figures)
    assert drawn.count(json.dumps(escape(SHOWN))[1:-1]) == 8  # 3 lines, 3 labels, 2 hollow series
    assert "<script" not in drawn
    assert "<img" not in drawn
    chart = site.Chart("x", "", "", {"name": "</script><!--"}, "", [], [])
    assert "<" not in chart.json
    assert json.loads(chart.json) == chart.figure


def test_no_cell_is_a_formula(house):
    cells = {cell for name in site.CSV_COLUMNS for row in table(house, name) for cell in row.values()}
    assert cells >= {f"'=cmd(){SHOWN}", f"'+1 {SHOWN}"}
    given = ("=1", "+1", "-2+3", "@sum", "\t=1", "\r=1", "\n=1", -2.5, None, "a=b")
    assert [site._inert(value) for value in given] == [*(f"'{value}" for value in given[:7]), *given[7:]]


# ---- requests --------------------------------------------------------------------------------------------------


def test_everything_that_is_loaded_or_offered_lies_beside_the_page(house):
    where, page = house.where.site, house.page
    loaded = page.values("src") + page.values("href", "link")
    offered = [link for link in page.values("href", "a") if not link.startswith("https://")]
    assert set(loaded) == {"page.css", "plotly.min.js", "draw.js"}
    assert set(offered) == {f"data/{name}.csv" for name in site.CSV_COLUMNS}
    assert [path for path in loaded + offered if not (where / path).is_file()] == []
    texts = house.html + (where / "page.css").read_text() + (where / "draw.js").read_text()
    assert re.findall(r"url\(|@import|srcset|\bfetch\(|XMLHttpRequest|import\(", texts) == []


def test_the_browser_is_told_to_load_nothing_else_and_to_send_nothing(house):
    (policy,) = (a["content"] for _, a in house.page.tags if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["default-src"], rules["script-src"], rules["form-action"]) == ("'none'", "'self'", "'none'")
    assert re.findall(r"http|\*", policy) == []
    assert [house.page.figures[name]["config"]["showSendToCloud"] for name in DRAWN] == [False] * 3
    assert "chart.config)" in (house.where.site / "draw.js").read_text()


# ---- the files -------------------------------------------------------------------------------------------------


def test_the_same_database_gives_the_same_bytes_and_nothing_old_stays(house, tmp_path):
    where = replace(house.where, site=tmp_path / "site")
    where.site.mkdir()
    (where.site / "old.html").write_text("yesterday")
    site.publish(where)
    assert tree(where.site) == tree(house.where.site)
    assert len(tree(where.site)) == 8
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def full(*_):
    raise OSError("the disk is full")


@pytest.mark.parametrize("step", ["page", "get_plotlyjs", "_write_csv", "_swap"])
def test_a_site_that_cannot_be_made_leaves_the_old_one(house, tmp_path, monkeypatch, step):
    where = replace(house.where, site=tmp_path / "site")
    where.site.mkdir()
    (where.site / "index.html").write_text("yesterday")
    monkeypatch.setattr(facts, "read", lambda _: house.known)
    monkeypatch.setattr(site, step, full)
    with pytest.raises(OSError, match="the disk is full"):
        site.publish(where)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert tree(where.site) == {"index.html": b"yesterday"}


def test_a_swap_that_fails_brings_the_old_site_back(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("yesterday")
    with pytest.raises(FileNotFoundError):
        site._swap(tmp_path / ".site.1", tmp_path / "site")
    assert tree(tmp_path) == {"site/index.html": b"yesterday"}


# ---- what is told ----------------------------------------------------------------------------------------------


def test_a_failed_source_is_told_with_its_reason_and_its_last_good_visit(house):
    failed = house.page.rows("Units whose")
    assert failed["Beta Stack"] == [
        "core", "beta/one", "refused", "the server asked for a password", "1", "20 March 2026, 03:00 UTC",
        "11 November 2025, 03:00 UTC",
    ]  # fmt: skip
    assert len(failed) == 2
    assert "none failed" not in house.page.text


def test_each_source_says_when_it_was_last_seen(house):
    rows = house.page.rows("Sources, by")
    assert [rows[name][2] for name in ("Alpha Cloud", "Beta Stack", "Gamma")] == [
        "20 March 2026, 03:00 UTC", "11 November 2025, 03:00 UTC", "never",
    ]  # fmt: skip
    assert rows["Gamma"] == ["core", "0", "never", "never seen", "never seen", "no visit noted", ""]
    assert rows["Beta Stack"][3].endswith(" days")
    assert rows["Beta Stack"][5] == "1 refused"


def test_nobody_ranked_and_nothing_failed_are_said_with_what_was_looked_at(quiet):
    assert "No community can be ranked in public code activity, March 2025 to February 2026." in quiet.text
    for name in ("Alpha Cloud", "Beta Stack"):
        assert f"{name} is listed without a place: only 2 of 12 months were seen." in quiet.text
    assert "2 units in 2 sources visited; none failed." in quiet.text
    assert "a rehearsal: people <invented>" in quiet.text
    assert set(quiet.figures) == {"commits", "code-people"}


def test_a_page_without_any_metric_or_source_says_so(house):
    empty = Page(site.page(replace(house.known, ranking=[], places=[], monthly=[], freshness=[])))
    assert "The database holds no ranking for February 2026" in empty.text
    assert "No source is switched on" in empty.text
    assert empty.figures == {}


def test_the_page_claims_no_more_than_it_counts(house, quiet):
    assert re.findall("winner|best|beats|most used|users", house.html + quiet.text, re.IGNORECASE) == []
    assert "Popularity is not quality." in house.page.text


# ---- charts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", DRAWN)
def test_a_chart_and_its_table_hold_the_same_numbers(house, chart):
    head, *rows = house.page.tables[DRAWN[chart]]
    cells = {(escape(name), row[0]): cell for row in rows for name, cell in zip(head[1:], row[1:], strict=True)}
    drawn = [
        ((trace["name"].removesuffix(", not complete"), f"{date.fromisoformat(month):%B %Y}"), f"{value:,.0f}")
        for trace in house.page.figures[chart]["data"]
        for month, value in zip(trace["x"], trace["y"], strict=True)
        if value is not None
    ]
    assert len(drawn) == (9 if chart == "places-code" else 41 + (chart == "commits"))
    assert sorted(drawn) == sorted((at, cell.split(" ")[0]) for at, cell in cells.items() if cell[0].isdigit())


def test_months_that_were_not_seen_are_gaps_and_the_running_one_stands_alone(house):
    data = house.page.figures["commits"]["data"]
    lines = {trace["name"]: dict(zip(trace["x"], trace["y"], strict=True)) for trace in data}
    assert [lines["Beta Stack"][month] for month in ("2025-10-01", "2025-12-01", "2026-02-01")] == [15, None, None]
    assert [lines["Gamma"][f"2025-0{month}-01"] for month in (4, 5, 6)] == [None, 20, None]
    assert [lines["Alpha Cloud"][month] for month in ("2026-02-01", "2026-03-01")] == [24, None]
    assert lines["Alpha Cloud, not complete"] == {"2026-03-01": 24}
    assert "Beta Stack, not complete" not in lines
    hollow = [trace for trace in data if trace["name"].endswith(", not complete")]
    assert {(trace["mode"], trace["marker"]["symbol"][-5:]) for trace in hollow} == {("markers", "-open")}


def test_a_month_without_a_row_is_a_gap_and_a_month_alone_has_a_mark():
    rows = [{"community": "a", "month": date(2025, m, 1), "value": v} for m, v in ((1, 3), (3, 0), (4, 1), (5, None))]
    (line,) = charts.lines(rows, "month", "value", {"a": "A"})
    assert line.values == [3, None, 0, 1, None]
    assert charts.sizes(line) == [8, 0, 0, 8, 0]
    assert charts.lines([], "month", "value", {}) == []


def test_the_first_place_is_on_top_and_numbers_begin_at_zero(house):
    assert house.page.figures["places-code"]["layout"]["yaxis"]["range"] == [3.5, 0.5]
    bottom, top = house.page.figures["commits"]["layout"]["yaxis"]["range"]
    assert bottom == 0
    assert top > 24


# ---- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "said"), [
    (None, "not observed"), (0, "0"), (0.001234, "0.00123"), (1, "1.00"), (12.34, "12.3"), (99.96, "100"),
    (999.6, "1,000"), (1234.5, "1,230"), (9_876_543, "9,880,000"), (-45.67, "-45.7"),
])  # fmt: skip
def test_a_number_has_three_digits_or_is_a_word(value, said):
    assert words.digits(value) == said
    assert words.digits(None, "not ranked") == "not ranked"


@pytest.mark.parametrize(("value", "state", "to_date", "said"), [
    (1234, "observed", False, "1,234"), (0, "observed", False, "0"), (12.345, "observed", False, "12.3"),
    (7, "partial", False, "7 (partly observed)"), (7, "partial", True, "7 to date"),
    (7, "published", False, "7 (measured earlier)"), (7, "published", True, "7 (measured earlier)"),
    (None, "unobserved", True, "not observed"), (None, "not_applicable", False, "not applicable"),
    (None, None, False, "not observed"),
])  # fmt: skip
def test_a_month_says_what_is_known_of_it(value, state, to_date, said):
    assert words.monthly(value, state, to_date) == said


def test_times_and_counts_in_words():
    assert words.window(date(2026, 2, 1)) == "March 2025 to February 2026"
    assert words.window(date(2025, 12, 1)) == "January 2025 to December 2025"
    ages = [words.age(NIGHT - timedelta(hours=h), NIGHT) for h in (0.9, 1, 47.9, 48, 2400)]
    assert ages == ["less than an hour", "1 hour", "47 hours", "2 days", "100 days"]
    assert (words.age(None, NIGHT), words.clock(None)) == ("never seen", "never")
    assert words.clock(datetime(2026, 3, 5, 7, 8, 59)) == "5 March 2026, 07:08 UTC"
    assert [words.plural(n, "unit") for n in (0, 1, 2, 1234)] == ["no units", "1 unit", "2 units", "1,234 units"]


def ranked(*scores):
    """Rows as questions/ranking.sql gives them: A, B, ... with these scores; None has no place."""
    places = [score and 1 + sum(other > score for other in scores if other) for score in scores]
    rows = zip("ABCDE", scores, places, strict=False)
    return [{"name": n, "score": s, "place": p, "reason": None if p else "unseen"} for n, s, p in rows]


YEAR = "public code activity, March 2025 to February 2026"
SECOND = "has place 2 (36.8 where the first is 100"


@pytest.mark.parametrize(("scores", "said"), [
    ((), f"No community can be ranked in {YEAR}."),
    ((None,), f"No community can be ranked in {YEAR}. A is listed without a place: unseen."),
    ((None,) * 4,
     f"No community can be ranked in {YEAR}. 4 communities are listed without a place; the table says why."),
    ((3.0, None), f"Only A can be ranked in {YEAR}. B is listed without a place: unseen."),
    ((3.0, 2.0), f"By score in {YEAR}, A has place 1 and B {SECOND}). {words.CAUTION}"),
    ((3.0, 3.0, 2.0, None),
     f"By score in {YEAR}, A has place 1 (equal scores), B has place 1 (equal scores) and C has place 3 "
     f"(36.8 where the first is 100). D is listed without a place: unseen. {words.CAUTION}"),
    ((3.0, 2.0, 2.0, 1.0),
     f"By score in {YEAR}, A has place 1, B {SECOND}, equal scores) and C {SECOND}, equal scores), of 4 ranked."
     f" {words.CAUTION}"),
])  # fmt: skip
def test_the_first_sentence_says_who_has_which_place(scores, said):
    assert words.headline(ranked(*scores), "code", date(2026, 2, 1)) == said
