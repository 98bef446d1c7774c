"""What git and its servers say is repeated in plain words; redirects, environments and lists are read with care."""

import os
from datetime import UTC, date, datetime

import pytest

from spiders.code.git_answers import Answer, GitError, complaint, moved_to, refusal
from spiders.code.git_log import plausible_times
from spiders.code.git_process import environment
from spiders.code.project_list import repositories


@pytest.mark.parametrize(
    ("said", "verdict", "reason"),
    [
        ("fatal: unable to access 'https://x.example/a/b/': Could not resolve host: x.example", "failed",
         "the name of the host is not known: fatal: Could not resolve host: x.example"),
        ("fatal: transport 'ext' not allowed", "refused", "git may not go there: fatal: transport 'ext' not allowed"),
        ("remote: write to jane@example.org\nfatal: early EOF", "failed",
         "the connection broke off: fatal: early EOF"),
        ("error: jane@example.org\x1b[2J\x9b\u202e | x\nfatal: early EOF", "failed",
         "the connection broke off: error: [address][2J | x | fatal: early EOF"),
        ("fatal: remote error: write to jane@example.org", "failed",
         "the server gave up, in words of its own: fatal:"),
        ("error: cannot lock ref 'refs/tags/a/b': 'refs/tags/a' exists", "failed",
         "it has a reference that cannot be stored: error: cannot lock ref 'refs/tags/a/b': 'refs/tags/a' exists"),
        ("", "failed", "git gave up: exit status 128, no words"),
    ],
)  # fmt: skip
def test_gits_complaints_in_plain_words(said, verdict, reason):
    error = complaint(128, said)
    assert (error.verdict, str(error)) == (verdict, reason)


@pytest.mark.parametrize(
    ("location", "followed"),
    [
        (
            "https://forge.example.org/birds/new/info/refs?service=git-upload-pack",
            "https://forge.example.org/birds/new",
        ),
        ("/new/birds.git/info/refs?service=git-upload-pack", "https://forge.example.org/new/birds.git"),
        ("https://127.0.0.1/birds/new/info/refs?service=git-upload-pack", None),
        ("https://[::1]/birds/new/info/refs?service=git-upload-pack", None),
        ("https://192.168.1.1/birds/new/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org.evil.example/birds/new/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org@evil.example/birds/new/info/refs?service=git-upload-pack", None),
        ("http://forge.example.org/birds/new/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org/birds/../../x/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org/birds/%2e%2e/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org/birds/new/info/refs", None),
    ],
)
def test_only_a_repository_on_the_same_host_by_the_same_scheme_is_followed(location, followed):
    def where():
        return moved_to("https://forge.example.org/birds/old", [Answer(301, {"location": location})])

    if followed:
        assert where() == followed
    else:
        with pytest.raises(GitError, match="not followed") as refused:
            where()
        assert refused.value.verdict == "refused"


@pytest.mark.parametrize("value", ["<script>", "x" * 41, "1\x1b[2J"])
def test_what_a_server_says_of_waiting_is_only_repeated_if_it_is_plain(value):
    assert str(refusal([Answer(429, {"retry-after": value})])) == "answered 429: we have asked too often"


def test_gits_environment_has_nothing_of_the_callers(keyed):
    ours = environment()
    assert ours["HOME"] == os.devnull
    assert {name for name in ours if name.startswith("GIT_")} == {
        "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_TERMINAL_PROMPT", "GIT_NO_LAZY_FETCH",
        "GIT_NO_REPLACE_OBJECTS", "GIT_FLUSH", "GIT_ALLOW_PROTOCOL",
    }  # fmt: skip
    assert not [value for value in ours.values() if str(keyed) in value]


@pytest.mark.parametrize(
    "page",
    [
        b"a: &a [x, x]\nb: {deliverables: {c: {repos: *a}}}",
        b"a: " + b"[" * 100 + b"]" * 100,
        b"a: {deliverables: {b: {repos: [" + b",".join(b"a/b%d" % n for n in range(10_001)) + b"]}}}",
    ],
    ids=["references", "depth", "length"],
)
def test_a_list_that_would_choke_its_reader_is_refused(page):
    with pytest.raises(ValueError, match="list of repositories"):
        repositories(page)


def test_the_window_of_plausible_times_is_that_of_the_database():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert plausible_times(date(2010, 7, 31), noon) == (datetime(2005, 7, 31), datetime(2026, 3, 2, 12))
    assert plausible_times(date(2008, 2, 29), noon)[0] == datetime(2003, 2, 28)
