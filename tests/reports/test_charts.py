"""Figures are valid for Plotly, hold what the table beside them holds, and keep their words apart."""

import json
import re
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import pytest
from support.page import unpacked

from pipelines.folders import CHECKOUT
from reports.charts import theme, words
from reports.charts.axes import LogAxis, round_steps, time_axis
from reports.charts.chart import Chart, Table
from reports.charts.lanes import Lead, Places, draw_leads, draw_places
from reports.charts.lines import draw_lines
from reports.charts.monthly import Monthly, draw_monthly
from reports.charts.series import Break, Event, Hole, Mark, Series, Span, months_from, runs_of, series_of
from reports.charts.shares import draw_shares

LOOK = theme.look_of("alpha", "square")
MONTHS = months_from(date(2020, 11, 1), 30)
VALUES = tuple(None if n in (10, 11, 12) else float(n % 7) for n in range(30))
KNOWN = tuple("published" if n < 10 else "partial" if n == 20 else "observed" for n in range(30))
COUNTS = Series("alpha", "Alpha </script>", MONTHS, VALUES, KNOWN)
MEANS = Series("alpha", "Alpha", MONTHS, tuple(None if n < 11 else 2.5 + n / 10 for n in range(30)))
SPAN = Span(*(tuple(None if v is None else v * f for v in MEANS.values) for f in (0.8, 1.25)))
HOLE = Hole(date(2021, 9, 1), date(2021, 11, 1), "cannot be read")
EVENT = Event("alpha", date(2022, 3, 1), 6.0, "120 commits", 120)
MARKS = [Mark("alpha", date(2022, 5, 17), "Alpha 1.0, 17 May 2022", "1.0")]


def monthly(**more):
    return Monthly(
        LOOK, COUNTS, MEANS, SPAN, "5.40", [HOLE], [EVENT], MARKS, [HOLE], [Break(date(2022, 1, 1), "moved")], **more
    )


def valid(figure):
    """The figure as Plotly takes it: raises for a property that it does not know, or a value that it does not take."""
    for layout in (figure["layout"], figure["layout"] | figure["narrow"]):
        go.Figure(data=figure["data"], layout=layout)
    return figure


def traces(figure, meta):
    return [trace for trace in figure["data"] if trace["meta"] == meta]


def test_months_are_dots_their_mean_is_a_line_in_its_range_and_releases_imports_and_moves_are_marks():
    figure = valid(draw_monthly(monthly(bots=COUNTS, bots_said="%{y}")))
    seen = {
        known: dict(zip(t["x"], t["customdata"], strict=True)) for known in set(KNOWN) for t in traces(figure, known)
    }
    assert {m: v for each in seen.values() for m, v in each.items()} == {
        m: v for m, v in zip(MONTHS, VALUES, strict=True) if v is not None
    }
    symbols = {known: traces(figure, known)[0]["marker"]["symbol"] for known in seen}
    assert symbols == {"observed": "circle", "partial": "circle-open", "published": "circle-open"}
    (line,) = traces(figure, "line")
    assert (line["y"][11:], line["customdata"][29]) == (
        list(MEANS.values[11:]),
        [MEANS.values[29], SPAN.lows[29], SPAN.highs[29]],
    )
    assert [trace["x"] for trace in traces(figure, "event")] == [["2022-03-01"]]
    assert [trace["x"] for trace in traces(figure, "marks")] == [["2022-05-17"]]
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == ["2022-01-01"]
    assert len(traces(figure, "thin")) == 1


def test_a_hole_is_hatched_to_the_end_of_its_last_month_and_no_line_crosses_it():
    figure = valid(draw_monthly(monthly()))
    panel, releases = traces(figure, "hole")
    assert (panel["x"][0], panel["x"][1]) == ("2021-09-01", "2021-12-01")
    assert panel["fillpattern"]["shape"] == releases["fillpattern"]["shape"] == "/"
    assert releases["yaxis"] == "y2"
    long = Hole(date(2021, 3, 1), date(2022, 11, 1), "cannot be read")
    (said,) = words.in_hole(long, 1, 30)
    assert said["text"] == "cannot be read"
    assert words.in_hole(HOLE, 1, 300) == [], "no room: legend and table tell it"


def test_the_label_stands_at_the_last_month_that_has_a_mean():
    short = Series("alpha", "Alpha", MONTHS, (*MEANS.values[:20], *[None] * 10))
    (label, *_) = draw_monthly(Monthly(LOOK, COUNTS, short, SPAN, "4.40"))["layout"]["annotations"]
    assert (label["x"], label["text"]) == (MONTHS[19], "<b>4.40</b>")


def test_a_place_is_thick_where_it_is_firm_and_pale_where_others_cannot_be_excluded():
    ranks, lows, highs = [1, 1, 2, None], [1, 1, 1, None], [1, 1, 3, None]
    figure = valid(
        draw_places(Places(LOOK, MONTHS[:4], ranks, lows, highs, 3, [Hole(date(2021, 2, 1), date(2021, 2, 1), "why")]))
    )
    (firm,), (pale,), (best,) = (traces(figure, kind) for kind in ("firm", "pale", "best"))
    assert (firm["x"][0], firm["x"][1]) == ("2020-11-01", "2021-01-01")
    assert (pale["x"][0], min(y for y in pale["y"] if y), max(y for y in pale["y"] if y)) == ("2021-01-01", 0.54, 3.46)
    assert best["x"][0] == "2021-01-01"
    assert figure["layout"]["yaxis"]["range"] == [3.6, 0.4], "the first place is on top"
    (pointer,) = traces(figure, "pointer")
    assert (pointer["y"], pointer["text"]) == (ranks, ["1", "1", "1–3", ""])


def test_leads_are_lanes_and_nobody_can_tell_is_hatched():
    leads = [
        Lead("2020-11-01", "2021-02-01", 1, True),
        Lead("2021-02-01", "2021-05-01", 2),
        Lead("2021-05-01", "2021-06-01", 3),
    ]
    figure = valid(
        draw_leads(MONTHS, ("A ahead", "nobody can tell", "B ahead"), (LOOK, theme.look_of("beta", None)), leads)
    )
    first, second = (trace for trace in traces(figure, "ahead"))
    assert (first["fillcolor"], second["fillcolor"]) == ("var(--k-alpha)", "var(--k-beta)")
    (untold,) = traces(figure, "untold")
    assert untold["fillpattern"]["shape"] == "/"
    assert len(traces(figure, "fed")) == 1


def test_lines_with_ranges_and_shares_are_figures_of_plotly():
    beta = Series("beta", "Beta", MONTHS, tuple(3.0 for _ in MONTHS))
    looks = {"alpha": LOOK, "beta": theme.look_of("beta", "diamond")}
    figure = valid(draw_lines([MEANS, beta], looks, spans={"alpha": SPAN}, events=[EVENT], holes=[HOLE]))
    assert [each["text"] for each in figure["layout"]["annotations"]][:2] == ["<b>Beta</b> 3.0", "<b>Alpha</b> 5.4"]
    assert valid(draw_lines([], {}))["data"] == []
    shares = valid(draw_shares([COUNTS], {"alpha": LOOK.at(70)}, [MONTHS[3]], [MONTHS[4]]))
    assert traces(shares, "hatched")[0]["marker"]["pattern"]["shape"][3] == "/"
    assert traces(shares, "unseen")[0]["y"][4] == 100


# ---- axes and words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("values", "texts"), [
    ([1, 100], ["1", "3", "10", "30", "100"]), ([0, 2, 40], ["0", "3", "10", "30"]), ([12, 18], ["10", "20"]),
    ([400, 5000], ["1,000", "3,000"]), ([0.2, 3], ["0.3", "1", "3"]), ([None, 0], ["0", "1", "3", "10"]),
    ([7, None], ["5", "7", "10"]), ([], ["1", "3", "10"]),
])  # fmt: skip
def test_ticks_are_round_steps_and_zero_stands_on_the_lowest_line(values, texts):
    axis = LogAxis(values, 300)
    assert axis.layout["ticktext"] == texts
    assert axis.layout["tickvals"] == sorted(axis.layout["tickvals"])
    assert axis.height(0) == 0
    assert all(0 <= axis.height(value) <= 300 for value in values if value)


def test_steps_are_of_a_narrow_span_too():
    assert list(round_steps(0.9, 110)) == [1, 3, 10, 30, 100]
    assert list(round_steps(11, 25)) == [20]


def test_years_are_ticks_and_a_short_axis_has_months():
    assert time_axis(months_from(date(2010, 1, 1), 198))["dtick"] == "M24"
    assert time_axis(months_from(date(2010, 1, 1), 198), 4)["dtick"] == "M60"
    assert time_axis(MONTHS[:20])["dtick"] == "M3"
    assert time_axis(()) == {}


def test_labels_never_lie_on_each_other():
    assert words.spread([10, 12, 14], 17) == [-5, 12, 29]
    assert words.spread([10, 40], 17) == [10, 40]
    events = [Event("a", date(2015, m, 1), v, "", n) for m, v, n in ((1, 5, 9), (3, 5, 100))]
    events.append(Event("a", date(2019, 3, 1), 90, "", 2))
    shown = words.beside_events(events, LogAxis([1, 100], 300), 120)
    assert [each["text"] for each in shown] == ["100 recorded at once", "2 recorded at once"]
    close = [Mark("a", date(2022, m, 1), "", f"{m}.0") for m in range(1, 13)]
    assert 0 < len(words.beside_marks(close, 200)) < 12


def test_a_phone_has_the_labels_of_lines_and_the_legend_tells_the_rest():
    figure = draw_monthly(monthly())
    assert [each["text"] for each in figure["narrow"]["annotations"]] == ["<b>5.40</b>"]
    assert len(figure["layout"]["annotations"]) > 1


def test_a_month_without_a_row_is_a_gap_and_a_month_alone_has_a_mark():
    rows = [{"key": "a", "name": "A" * 40, "month": date(2025, m, 1), "value": v, "known": "observed"}
            for m, v in ((1, 3), (3, 0), (4, 1), (5, None))]  # fmt: skip
    (line,) = series_of(pd.DataFrame(rows).convert_dtypes(dtype_backend="pyarrow"))
    assert line.values == (3, None, 0, 1, None)
    assert line.kinds == ("observed", None, "observed", "observed", None)
    assert (len(line.label), line.label[-1]) == (28, "…")
    (drawn,) = [trace for trace in draw_lines([line], {"a": LOOK})["data"] if trace["meta"] == "line"]
    assert drawn["marker"]["size"] == [8, 0, 0, 11, 0]
    assert series_of(pd.DataFrame()) == []


def test_runs_are_of_equal_neighbours():
    assert list(runs_of("aab")) == [(0, 2, "a"), (2, 3, "b")]
    assert list(runs_of([])) == []


# ---- what stands in the page -----------------------------------------------------------------------------------


def chart(figure, **more):
    return Chart("x", "</script><!--", "", figure, Table(["Month"], []), "built <today>", "", **more)


def test_the_json_cannot_end_its_script_and_holds_the_same_figure_in_less_room():
    drawn = draw_monthly(monthly())
    said = chart(drawn, with_bots=drawn).json
    assert "<" not in said
    read = json.loads(said)
    assert (read["title"], read["source"]) == ("</script><!--", "built <today>")
    figure = unpacked(read, read["first"])
    for shown in (figure, figure["with_bots"]):
        for was, now in zip((t for t in drawn["data"] if t["meta"] != "band"), shown["data"], strict=True):
            assert list(was["x"]) == now["x"]
            digits = 5 if was.get("fill") else 3
            assert [y and float(f"{y:.{digits}g}") for y in was["y"]] == now["y"]
            assert ("customdata" in was) == ("customdata" in now)
    (line,) = traces(figure, "line")
    assert line["customdata"][15] == [4, 3.2, 5]
    assert [told for trace in traces(figure, "observed") for told in trace["customdata"]].count(0) == 3
    assert len(json.dumps(read["data"])) < 0.7 * len(json.dumps(drawn["data"]))


def test_the_script_has_one_look_that_plotly_takes():
    script = (CHECKOUT / "reports/assets/chart.js").read_text()
    (look,) = re.findall(r"^const TEMPLATE = ({.*?^});", script, re.MULTILINE | re.DOTALL)
    look = look.replace("document.documentElement.dataset.month", '"%B %Y"')
    go.Figure(layout={"template": json.loads(look)})


def test_every_colour_is_a_style_of_the_page():
    def colours(part, key=""):
        if isinstance(part, dict):
            return [each for name, value in part.items() for each in colours(value, name)]
        if isinstance(part, list):
            return [each for value in part for each in colours(value, key)]
        return [part] if isinstance(part, str) and "color" in key else []

    found = set(colours(draw_monthly(monthly())))
    assert {each for each in found if not each.startswith("var(--")} == {theme.CLEAR}
    assert {"var(--k-alpha)", "var(--k-alpha,16)", "var(--ink)"} <= found


def test_a_table_escapes_every_cell_leads_to_evidence_and_can_be_pointed_at():
    rows = [["May 2022", "<b>", "a & b"]]
    body = Table(
        ["Month", "A", "What"], rows, [date(2022, 5, 1)], "../evidence/alpha.html", has_words=True, has_ids=True
    ).body
    assert body == (
        '<tr id="2022-05"><th><a href="../evidence/alpha.html#2022-05">May 2022</a><td>&lt;b&gt;<td>a &amp; b'
    )
