"""Cards: each state says its words, a long name shrinks, and every file is a picture of the size that tags name."""

from datetime import date
from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image
from support.rows import ranked_rows, unranked_row
from support.site import published

from pipelines.warehouse.query import open_database
from reports.pages.context import read_context
from reports.sharing import card, card_fonts

SITE = SimpleNamespace(month=date(2026, 6, 1), build={"shows": ""})
RANGE = {"score_low": 75.2, "score_high": 88.9}


def said(row, site=SITE):
    return [line.text for line in card.card_lines(site, row | {"ranked": 4}, "Alpha")]


@pytest.mark.parametrize(("places", "words", "slots"), [
    ((1, 1), "1st of 4 by code", [True, False, False, False]),
    ((2, 4), "2nd to 4th of 4 by code", [False, True, True, True]),
])  # fmt: skip
def test_a_place_is_all_places_that_the_counts_allow(places, words, slots):
    row = ranked_rows(places)[0] | RANGE | {"ranked": 4}
    assert said(row)[2:] == ["Alpha", words, "score 90 (75 to 89)"]
    assert card.slots_of(row) == slots


def test_a_window_with_holes_says_how_many_months_it_has():
    assert said(ranked_rows((2, 4))[0] | RANGE | {"months": 10})[-1] == "score 90 (75 to 89), 10 of 12 months"


@pytest.mark.parametrize(("row", "words"), [
    (unranked_row("not observed", "not_observed", missing="code", unseen=[]), "could not be seen"),
    (unranked_row("quiet", "quiet", people=2.9), "2.9 people a month; a place needs 3"),
    (unranked_row("dormant", "sources_ended", active_in=date(2017, 6, 1)),
     "its sources have ended; last active in June 2017"),
    (unranked_row("new", "new", living_since=date(2026, 3, 1)), "seen since March 2026; a place needs 12 months"),
])  # fmt: skip
def test_without_a_place_a_card_says_why(row, words):
    assert said(row)[-2:] == ["no place by code", words]
    assert card.slots_of(row) == ()


def test_a_demo_says_that_its_data_are_invented():
    demo = SimpleNamespace(month=date(2026, 6, 1), build={"shows": "Demo: invented."})
    assert "Invented data" in said(ranked_rows((1, 1))[0] | RANGE, demo)


def test_a_name_has_the_letters_of_the_font_and_stays_in_the_card():
    assert card.letters("Née – “x”") == "Nee - x"
    long = Image.open(BytesIO(card.draw_card([card.Line(60 * "W", 150, 92)], (), card.INK))).convert("RGB")
    right = long.crop((card.RIGHT + 4, 0, card.WIDTH, card.HEIGHT))
    assert len(right.getcolors()) == 1, "nothing stands in the margin"


def test_the_front_page_and_each_community_have_a_card_of_the_named_size(once):
    with open_database(published(once).database) as opened:
        drawn = dict(card.cards(read_context(opened)))
    assert set(drawn) >= {card.FRONT, card.path_of("alpha"), card.path_of("evil")}
    assert {Image.open(BytesIO(picture)).size for picture in drawn.values()} == {(1200, 630)}
    assert max(map(len, drawn.values())) < 40_000


def test_a_language_has_cards_where_the_machine_has_its_letters(monkeypatch):
    monkeypatch.setattr(card_fonts, "FONTS", {"ko": ("no-such-font.ttf",)})
    card_fonts.file_of.cache_clear()
    assert [card_fonts.has_letters(language) for language in ("en", "ko", "xx")] == [True, False, False]
    card_fonts.file_of.cache_clear()
