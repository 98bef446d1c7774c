"""Files that say who is who: the forms of a line, what is refused, one way from a web server to one person less."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import TODAY, ask
from support.people import KEYED
from support.releases import forge

from flows.collect import collect
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.store import stored_visits
from pipelines.warehouse.build import build_database
from spiders.code.mailmap import aliases

REAL = CHECKOUT.parent / "shared" / "payloads" / "mailmap"
PAGE = b"""# Who is who.

Jane Invented <jane@example.org>
<jane@example.org> <jane@old.example.org>
Jane Invented <jane@example.org> <root@laptop>   # her laptop
Jane Invented <jane@example.org> jane <jane@bug.example.org>
this line says nothing
"""


def key(name, address):
    of = KEYED.of(name, address)
    return of.name_key, of.address_key


def test_each_form_of_a_line_says_who_is_proper_and_what_stands_in_commits():
    batch, odd = aliases(PAGE, KEYED)
    rows = [tuple(row.values()) for row in batch.to_pylist()]
    name, home = key(b"Jane Invented", b"jane@example.org")
    assert odd == 1
    assert rows == [
        (name, 2, None, None, home),
        (None, 0, home, None, key(b"", b"jane@old.example.org")[1]),
        (name, 2, home, None, key(b"", b"root@laptop")[1]),
        (name, 2, home, *key(b"jane", b"jane@bug.example.org")),
    ]


def test_an_empty_file_says_of_nobody_who_they_are():
    assert aliases(b"# nobody yet\n", KEYED)[0].num_rows == 0


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<!DOCTYPE html><html>Sign in</html>", "a web page"), (b"\x1f\x8b\0\0", "not text"),
        (b"nothing\nof the kind\n", "no line"), (b"<a@b.org> <c@d.org>\n" * 50_001, "more than"),
    ],
    ids=["login", "packed", "prose", "long"],
)  # fmt: skip
def test_what_is_no_mailmap_is_refused(page, reason):
    with pytest.raises(ValueError, match=reason):
        aliases(page, KEYED)


@settings(max_examples=50, deadline=None, database=None)
@given(st.binary(max_size=400))
def test_any_page_is_a_mailmap_or_refused(page):
    try:
        batch, odd = aliases(page, KEYED)
    except ValueError:
        return
    lines = [line for line in page.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    assert batch.num_rows + odd == len(lines)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here")
def test_the_real_files_are_read_whole():
    for path in REAL.glob("*.mailmap"):
        page = path.read_bytes()
        stated = [line for line in page.splitlines() if b"<" in line.partition(b"#")[0]]
        batch, odd = aliases(page, KEYED)
        assert (batch.num_rows, odd) == (len(stated), 0), path.name


def test_the_spider_lands_it_and_it_is_not_read_again_while_it_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_KEY", "5e" * 32)
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    answers = {
        "/birds/one/HEAD/.mailmap": (200, {"ETag": '"m1"'}, PAGE),
        "/birds/two/HEAD/.mailmap": (200, {}, b"<html>Sign in</html>"),
        "/birds/three/HEAD/.mailmap": (404, {}, b"no"),
        "/robots.txt": (404, {}, b""),
    }
    with forge(answers) as server:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        urls = ", ".join(f'"{base}/birds/{name}/HEAD/.mailmap"' for name in ("one", "two", "three"))
        (where.communities / "birds.toml").write_text(
            'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2025-01-01\n[[sources]]\nname = "who"\n'
            f'kind = "mailmap"\nsince = 2025-02-01\nwhy = "Invented."\nurls = [{urls}]\n'
        )
        (birds,) = load_catalogue(where.communities)
        first, second = (collect(where, birds.sources) for _ in range(2))
    told = [{v.unit: (str(v.verdict), v.observations) for v in night.visits} for night in (first, second)]
    bad = {"birds/two.mailmap": ("failed", None), "birds/three.mailmap": ("gone", None)}
    assert told == [{"birds/one.mailmap": (verdict, 4), **bad} for verdict in ("ok", "unchanged")]
    assert "1 lines say nothing" in first.visits[0].note + first.visits[1].note + first.visits[2].note
    build_database(where, [birds], TODAY)
    assert ask(where, "select count(*) from raw.units") == [(1,)]
    written = b"".join(path.read_bytes() for path in where.data.rglob("*") if path.is_file())
    for name in (b"jane", b"Jane", b"Invented <", b"example.org>"):
        assert name not in written
    assert stored_visits(where.observations)[("birds", "who", "birds/one.mailmap")].key_id == KEYED.key_id
