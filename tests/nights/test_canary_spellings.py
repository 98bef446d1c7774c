"""A canary name is heard in every spelling."""

import pytest
from support.canary_demo import DOTTED, SENDER, WRITTEN
from support.heard import sung


@pytest.mark.parametrize("canary", [SENDER, DOTTED])
@pytest.mark.parametrize("written", WRITTEN)
def test_a_canary_that_got_out_would_be_heard_in_every_spelling(written, canary):
    for before in ("", "x", "xx"):
        assert canary in dict(sung(f"{before} {WRITTEN[written](canary)} {before}".encode())), before
    assert canary in dict(sung(canary.encode("utf-16-le")))
    assert sung(b"Canary islands, Qzx; Y2FuYXJ5 %63%61%6e") == []


@pytest.mark.parametrize("dot", [" dot ", "(dot)", " (dot) ", "[dot]"])
def test_a_canary_with_its_dots_in_words_would_be_heard(dot):
    assert sung(f"{DOTTED.replace('.', dot)} (a) example (dot) com".encode()) == [(DOTTED, "dots in words")]
