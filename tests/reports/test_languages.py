"""Languages of the pages: catalogues are whole, particles fit their words, pages lead to the same in another."""

import re
import tomllib

import pytest
from babel.messages.pofile import read_po

from pipelines.folders import CHECKOUT
from reports.languages.catalogue import extract, is_translated
from reports.text.language import CATALOGUES, list_translated
from reports.text.particles import PAIRS, pick_particles

READINGS = {
    file["name"]: file["reading"]
    for file in (tomllib.loads(path.read_text()) for path in (CHECKOUT / "data/communities").glob("*.toml"))
}
FIELD = re.compile(r"%\((\w+)\)s|\{(\w+)|%\{(\S+?)\}")
OF_DATES = {"number", "first", "last"}
"""What a translation of a date or of places may name beside the fields of the English sentence."""
TAG = re.compile(r"</?\w+")
AFTER_FIELD = re.compile(r"(?:}|\)s)(?:</\w+>)?(?:은|는|이|가|을|를|과|와|으로|로)(?=[\s,.])")


@pytest.fixture(scope="module")
def catalogues():
    return {language: _read(language) for language in list_translated()}


def _read(language):
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def pairs(catalogues):
    for catalogue in catalogues.values():
        for message in catalogue:
            if message.id:
                yield (message.id if isinstance(message.id, str) else message.id[1]), _said(message)


def _said(message):
    return message.string if isinstance(message.string, str) else message.string[0]


@pytest.mark.long
def test_a_catalogue_has_every_sentence_of_the_code_and_no_other(catalogues):
    said = {message.id for message in extract() if message.id}
    for language, catalogue in catalogues.items():
        assert {message.id for message in catalogue if message.id} == said, language


def test_every_sentence_is_translated(catalogues):
    for language, catalogue in catalogues.items():
        waiting = [
            message.id for message in catalogue if message.id and not (is_translated(message) and not message.fuzzy)
        ]
        assert not waiting, language


def test_a_translation_names_the_fields_of_its_sentence(catalogues):
    wrong = [(one, other) for one, other in pairs(catalogues) if not fields(other) - fields(one) <= OF_DATES]
    assert not wrong


def fields(sentence):
    return {next(filter(None, found)) for found in FIELD.findall(sentence.replace("{{", "{"))}


def test_a_translation_has_the_elements_of_its_sentence(catalogues):
    assert not [one for one, other in pairs(catalogues) if sorted(TAG.findall(one)) != sorted(TAG.findall(other))]


def test_no_particle_stands_bare_after_a_field(catalogues):
    assert not [other for _, other in pairs(catalogues) if AFTER_FIELD.search(other)]


@pytest.mark.parametrize(("name", "forms"), [
    ("OpenStack", "은 이 을 과 으로 이"), ("CloudStack", "은 이 을 과 으로 이"),
    ("OpenNebula", "는 가 를 와 로 "), ("Eucalyptus", "는 가 를 와 로 "),
    ("2010년 7월", "은 이 을 과 로 이"), ("7", "은 이 을 과 로 이"), ("3", "은 이 을 과 으로 이"),
    ("2", "는 가 를 와 로 "),
    ("43%", "는 가 를 와 로 "), ("CloudStack</a></b>", "은 이 을 과 으로 이"), ("기여자(43%)", "는 가 를 와 로 "),
    ("Birch", "은(는) 이(가) 을(를) 과(와) 으로(로) (이)"),
])  # fmt: skip
def test_a_particle_fits_the_word_before_it(name, forms):
    assert [pick_particles(f"<p>{name}[{pair}] 있다", READINGS) for pair in PAIRS] == [
        f"<p>{name}{form} 있다" for form in forms.split(" ")
    ]


def test_a_particle_after_a_field_of_a_script_waits_for_it():
    assert pick_particles("{ahead}[이/가] 앞섭니다", READINGS) == "{ahead}[이/가] 앞섭니다"
