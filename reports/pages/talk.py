"""The page that checks what the founding talk said in 2013, and compares the platforms of then and today."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pipelines.catalogue.platform_facts import TOPICS
from reports.graphics.picture import frame_chart, page_shape
from reports.graphics.slope import WIDE, End, Slope, draw_slopes, slope_parts
from reports.pages.context import Context, Row
from reports.pages.pictures import colours_of, words_of
from reports.pages.platforms import matrix, read_answers, topics
from reports.render import render_page
from reports.text.cells import places_text
from reports.text.formats import format_month
from reports.text.language import gettext, translate
from reports.text.talk import VERDICTS, read_claim, slopes_title, stop_text, tally_text, verdict_headline

THEN = date(2013, 6, 1)


def page(site: Context) -> str:
    """Return talk.html."""
    claims = [read_claim(claim, _found(site, claim)) for claim in site.rows("talk", "claims")]
    answers = read_answers(site)
    return render_page(
        "talk.html", site=site, here="talk", root="", charts=(), claims=claims, verdicts=VERDICTS,
        headline=verdict_headline(claims) if claims else "", tally=tally_text(claims), slopes=_slopes(site),
        topics=topics(site, answers), stated=[_headed(fact) for fact in answers.facts],
        hypervisors=matrix(site, site.rows("talk", "hypervisors")),
        formats=matrix(site, site.rows("talk", "image_formats")),
    )  # fmt: skip


def _headed(fact: Row) -> Row:
    return {**fact, "heading": translate(TOPICS[fact["topic"]][0])}


def _found(site: Context, claim: Row) -> Row | None:
    """Return what the database answers to the question of a claim; None where it has no row."""
    answer = site.database.ask(claim["check_sql"]).to_pylist()
    return answer[0] if answer else None


def _slopes(site: Context) -> dict[str, Any] | None:
    """Return the picture of the first ranking that had places in June 2013, and its rows; None where none had."""
    rows = site.rows("downloads_of_month", "slopes")
    own = [row for row in rows if row["family"] == rows[0]["family"]]
    if not own:
        return None
    month, shown = format_month(site.month), [_with_words(site, row) for row in own]
    title = slopes_title(own[0]["family"], month)
    described = "; ".join(f"{row['name']} {row['score_then']:.0f}, {row['score']:.0f}" for row in shown)
    slopes, months = [_slope(site, row) for row in shown], (format_month(THEN), month)
    return {
        "title": title, "picture": draw_slopes(slopes, months, title, described), "rows": shown,
        "family": own[0]["family"], "all_firm": _are_firm(own), "about": described, "drawn": (slopes, months),
    }  # fmt: skip


def pictures(site: Context) -> dict[str, str]:
    """Return the picture of the slopes as a file to save, by its name; nothing where there is none."""
    shown = _slopes(site)
    if shown is None:
        return {}
    words = words_of(site, shown["title"], gettext("Score on a logarithmic scale; upright lines: 90 % range."))
    shape = page_shape(WIDE.width, WIDE.height)
    return {"slopes": frame_chart(slope_parts(*shown["drawn"]), shown["about"], words, shape, colours_of(site))}


def _with_words(site: Context, row: Row) -> dict[str, Any]:
    known = site.of(row["community"])
    return {**row, "name": known["name"], "marker": known["marker"], "why": "" if row["is_ranked"] else stop_text(row)}


def _slope(site: Context, row: Row) -> Slope:
    span, lived = (_months(month) - _months(THEN) for month in (site.month, row["last"]))
    then = End(
        row["score_then"], row["low_then"], row["high_then"], places_text(row["rank_low_then"], row["rank_high_then"])
    )
    last = End(row["score"], row["low"], row["high"], places_text(row["rank_low"], row["rank_high"]))
    until = 1.0 if row["is_ranked"] or not span else lived / span
    return Slope(row["community"], row["name"], row["marker"], then, last, until, row["why"])


def _are_firm(rows: Sequence[Row]) -> bool:
    """Return whether every place of then was a single one."""
    return all(row["rank_low_then"] == row["rank_high_then"] for row in rows)


def _months(month: date) -> int:
    return month.year * 12 + month.month
