"""The part of the method page in which readers weigh: what stands in it for the script, and without levels."""

import json
import re

import pytest
from support.site import EVIL, SHOWN, bare, published, render

from pipelines.ranking.method import load
from reports.pages import method
from reports.text import weights

DATA = re.compile(r'<script type="application/json" id="weights-data">(.*?)</script>', re.S)
SLIDER = re.compile(r'<input type="range" id="weight-(\w+)" name="\1" min="0" max="100" step="1" value="(\d+)"')
FILLED = {
    *("about", "ahead", "behind", "by", "first", "high", "last", "low", "missing", "month", "months", "name", "names"),
    *(
        "best",
        "worst",
        "now",
        "others",
        "people",
        "place",
        "places",
        "ranked",
        "reason",
        "rest",
        "since",
        "weight",
        "what",
    ),
}
"""The named fields that the script fills; those of a sentence for tables without sets never stand there."""


@pytest.fixture(scope="module")
def text(once):
    return render(published(once), method.page)


def test_sliders_stand_at_the_official_weights_in_whole_parts_of_a_hundred(text):
    metrics, found = load().metrics, {name: int(value) for name, value in SLIDER.findall(text)}
    official = {row["metric"]: 100 * row["weight"] for row in metrics if row["metric"] != "new_people"}
    families = {
        name: sum(100 * row["weight"] for row in metrics if row["family"] == name)
        for name in ("talk", "code", "people")
    }
    assert found == pytest.approx(official | families)


def test_a_hostile_name_is_text_in_the_data(text):
    (data,) = DATA.findall(text)
    assert "<" not in data
    names = {each["slug"]: each["name"] for each in json.loads(data)["communities"]}
    assert names["evil"] == f"=cmd(){SHOWN}" != EVIL
    assert names["alpha"] == "Alpha Cloud"


def test_the_script_fills_every_field_of_every_sentence():
    said = json.dumps(weights.weighing_words(4))
    assert set(re.findall(r"\{(\w+)(?::,)?\}", said)) == FILLED
    assert not re.search(r"\{\w+:(?!,\})", said), "the script knows no other format"


def test_without_any_level_the_page_says_that_nothing_can_be_weighed(once):
    said = render(bare(once), method.page)
    assert "Nothing has a level in this database yet" in said
    assert "weights-order.js" not in said
