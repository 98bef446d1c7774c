from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.catalogue import urls
from pipelines.catalogue.urls import file_of, repository_url, unit_of

URL = "git+https://forge.example.org/birds/one"
TEMPLATE = "git+https://forge.example.org/{repository}"
GOOD_URLS = {
    "git+https://forge.example.org/birds/one": "birds/one",
    "git+https://forge.example.org/birds/one.git": "birds/one",
    "git+http://127.0.0.1:8080/forge.example.org/birds/one": "birds/one",
    "git+http://[::1]:8080/birds/one": "birds/one",
    "git+https://forge.example.org/Birds/one.two_3-4.git": "Birds/one.two_3-4",
    "git+file://localhost/mirror/birds/one.git": "birds/one",
    "git+file://localhost/mirror/birds__one.bundle": "birds/one",
    "git+file://localhost/mirror/birds__one__two.git": "birds/one__two",
    "git+file://localhost/my%20mirror/birds__one.bundle": "birds/one",
    "git+file://localhost/birds/__init__.git": "birds/__init__",
}


@pytest.mark.parametrize(("url", "unit"), GOOD_URLS.items())
def test_a_git_url_names_its_unit(url: str, unit: str) -> None:
    assert unit_of(url) == unit


BAD_URLS = {
    "": "scheme",
    "git+https": "scheme",
    "forge.example.org/birds/one": "scheme",
    "https://forge.example.org/birds/one": "scheme",
    "GIT+HTTPS://forge.example.org/birds/one": "scheme",
    "git+ssh://forge.example.org/birds/one": "scheme",
    "git+ext::sh://forge.example.org/birds/one": "scheme",
    "git+https:///birds/one": "needs a host",
    "git+https://:80/birds/one": "needs a host",
    "git+https://-oProxy/birds/one": "needs a host",
    "git+https://forge.example.org:0/birds/one": "needs a host",
    "git+https://forge.example.org:http/birds/one": "[Pp]ort",
    "git+https://[::1/birds/one": "IPv6",
    "git+file:///birds/one": "needs a host",
    "git+file://forge.example.org/birds/one": "must be localhost",
    "git+file://localhost:80/birds/one": "must be localhost",
    "git+https://me:secret@forge.example.org/birds/one": "user or a password",
    "git+https://@forge.example.org/birds/one": "user or a password",
    "git+https://forge.example.org/birds/one?": "query or a fragment",
    "git+https://forge.example.org/birds/one?a=b": "query or a fragment",
    "git+https://forge.example.org/birds/one#a": "query or a fragment",
    "git+https://forge.example.org/birds/o ne": "a url has no ' '",
    "git+https://forge.example.org/birds/one\n": r"a url has no '\\n'",
    "git+https://forge.example.org/birds\\one": "a url has no",
    "git+https://forge.example.org/birds/öne": "a url has no 'ö'",
    "git+https://forge.example.org/{repository}": "a url has no '{'",
    "git+https://forge.example.org/birds%0a/birds/one": "not a plain path",
    "git+https://forge.example.org/../birds/one": "not a plain path",
    "git+https://forge.example.org/%2e%2e/birds/one": "not a plain path",
    "git+https://forge.example.org//birds/one": "not a plain path",
    "git+https://forge.example.org/birds/one/": "not a plain path",
    "git+https://forge.example.org": "not a plain path",
    "git+https://forge.example.org/one": "owner/name",
    "git+https://forge.example.org/birds/.git": "owner/name",
    "git+https://forge.example.org/birds/-one": "owner/name",
    "git+https://forge.example.org/-birds/one": "owner/name",
    "git+https://forge.example.org/birds/o..ne": "owner/name",
    "git+https://forge.example.org/birds/one%2b": "owner/name",
    "git+https://forge.example.org/birds/" + "o" * 101: "owner/name",
    "git+file://localhost/birds__-one.bundle": "owner/name",
    "git+https://forge.example.org/birds__one.bundle": "owner/name",
}


@pytest.mark.parametrize(
    ("url", "file"),
    [("https://forge.example.org/a/list.yaml", "list.yaml"), ("http://127.0.0.1:8080/h/my%20/list", "list")],
)
def test_the_url_of_a_file_names_its_unit(url: str, file: str) -> None:
    assert file_of(url) == file


@pytest.mark.parametrize(
    "url",
    ["", "git+https://forge.example.org/a/b", "file://localhost/etc/passwd", "https://forge.example.org",
     "https://forge.example.org/", "https://forge.example.org/a/", "https://forge.example.org/../list.yaml",
     "https://forge.example.org/%2e%2e/list.yaml", "https://forge.example.org/a/..%2flist", "https://h/a/.list",
     "https://h/a/li..st", "https://h/a/-list", "https://h/a/list%0a", "https://h/list.yaml?a=b", "https://u:p@h/list",
     "https://h/" + "a" * 101],
)  # fmt: skip
def test_a_url_that_is_no_plain_address_of_a_file_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"scheme|file|query|user"):
        file_of(url)


@pytest.mark.parametrize(("url", "why"), BAD_URLS.items())
def test_a_url_that_is_no_plain_address_is_refused(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        unit_of(url)


def test_a_refusal_does_not_repeat_a_password() -> None:
    for url in ("git+https://me:secret@forge.example.org/a/b", "me:secret@forge.example.org:a/b"):
        with pytest.raises(ValueError, match=r"^((?!secret).)*$"):
            unit_of(url)


PARTS = st.sampled_from(["git+https", "git+file", "://", "localhost", "/", "..", ".", "-", "__", "%2e", "%2f", "%00",
                         ":", "@", "[", "]", "?", "#", ".git", ".bundle", "birds", "one", "\n", "ü", "\\"])  # fmt: skip
URLS = st.one_of(
    st.text(),
    st.lists(PARTS).map("".join),
    st.text().map("git+https://forge.example.org/birds/".__add__),
    st.lists(PARTS).map(lambda parts: "git+https://forge.example.org/" + "".join(parts)),
    st.lists(PARTS).map(lambda parts: "git+file://localhost/" + "".join(parts)),
)


def answer(ask: Callable[..., str], *texts: str) -> str | None:
    try:
        return ask(*texts)
    except ValueError:
        return None


def is_plain(unit: str) -> bool:
    parts = unit.split("/")
    return len(parts) == 2 and all(parts) and ".." not in unit and not any(part.startswith("-") for part in parts)


@given(URLS)
@example("git+file://localhost/birds__one.bundle")
def test_any_text_names_a_plain_unit_or_is_refused(url: str) -> None:
    unit = answer(unit_of, url)
    assert unit is None or is_plain(unit)


@given(st.one_of(st.text(), st.lists(PARTS).map("".join)))
@example("birds/one")
def test_a_foreign_name_is_put_in_as_it_is_or_refused(name: str) -> None:
    url = answer(repository_url, TEMPLATE, name)
    assert url is None or (is_plain(name) and url == f"git+https://forge.example.org/{name}" and unit_of(url) == name)


@pytest.mark.parametrize(
    "name", ["", "one", "a/b/c", "../etc/passwd", "birds/..", "-o/one", "birds/one.git", "b/o?x", "b/o\n", "{0}/o"]
)
def test_a_hostile_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="repository"):
        repository_url(TEMPLATE, name)


def test_a_template_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no address of the repository 'birds/two'"):
        repository_url(URL, "birds/two")


@given(st.from_regex(urls._PLAIN_URL, fullmatch=True))
def test_a_plain_url_is_taken_apart_as_any_other(url):
    scheme = (url.partition("://")[0],)
    assert urls.split_url(url, scheme) == urls._split_unusual(url, scheme)


@pytest.mark.parametrize(
    "url",
    [
        "https://birds.example.org",
        "https://Birds.example.org/a",
        "https://birds.org:80/a",
        "https://wren@birds.org/a",
        "https://birds.org/a?b",
        "https://birds.org/a#b",
    ],
)
def test_an_unusual_url_is_not_taken_for_a_plain_one(url):
    assert not urls._PLAIN_URL.fullmatch(url)
