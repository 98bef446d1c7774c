"""What a forum of Discourse cannot give has its verdict and its reason, and is never an empty forum."""

import pytest
from support.discourse import (
    ABOUT,
    ABOUT_FAULTS,
    EMPTY,
    FAILED,
    FORUMS,
    KNOWN_FAULTS,
    LATER,
    MONTHS,
    OK,
    POSTS_FAULTS,
    REFUSED,
    SHRUNK,
    UNCHANGED,
    asked,
    first_faults,
    rows,
    verdicts,
    visits,
)


@pytest.mark.long
@pytest.mark.parametrize("night", [0, 1, 2])
def test_no_forum_is_passed_over_in_silence_and_every_verdict_has_its_reason(nights, night):
    told, _ = nights[1][night]
    assert told.unvisited == ()
    assert {one.source for one in told.visits if one.unit == "index"} == set(FORUMS)
    for one in told.visits:
        assert bool(one.reason) == (one.verdict not in ("ok", "unchanged", "empty")), one


@pytest.mark.long
@pytest.mark.parametrize("fault", POSTS_FAULTS)
def test_newest_posts_that_cannot_be_had_have_their_verdict_and_are_no_empty_forum(nights, fault):
    verdict, reason = POSTS_FAULTS[fault]
    assert verdicts(nights, 0, f"posts-{fault}") == {ABOUT: OK, "index": verdict}
    assert reason in visits(nights, 0, f"posts-{fault}")["index"].reason
    assert verdicts(nights, 1, f"posts-{fault}") == {"posts-000000": OK, "index": OK}


@pytest.mark.long
@pytest.mark.parametrize("fault", ABOUT_FAULTS)
def test_users_that_cannot_be_had_have_their_verdict_and_are_never_zero(nights, fault):
    verdict, reason = ABOUT_FAULTS[fault]
    assert verdicts(nights, 0, f"about-{fault}") == {ABOUT: verdict, "posts-000000": OK, "index": OK}
    assert reason in visits(nights, 0, f"about-{fault}")[ABOUT].reason
    assert verdicts(nights, 1, f"about-{fault}")[ABOUT] == OK


@pytest.mark.long
@pytest.mark.parametrize("fault", LATER)
def test_a_block_that_cannot_be_had_fails_alone_and_is_asked_again(nights, fault):
    name = f"later-{fault}"
    expected = {ABOUT: OK, "index": OK} | {f"posts-{n:06}": OK for n in range(5)}
    assert verdicts(nights, 0, name) == expected | {"posts-000002": FAILED}
    assert LATER[fault] in visits(nights, 0, name)["posts-000002"].reason
    assert verdicts(nights, 1, name) == {"posts-000002": OK, "posts-000004": UNCHANGED, "index": UNCHANGED}
    assert asked(nights, 1, name)[1:] == [f"/{name}/posts.json?before=3000"]
    assert len(rows(nights[0], name, "posts-*")) == sum(MONTHS.values())


def test_every_fault_that_an_answer_in_json_can_have_is_tried():
    tried = {fault for names in first_faults().values() for fault in names if fault}
    of_mail = {"damaged", "bomb", "encoded", "half", "miscount", "disabled", "braces"}
    assert tried == set(KNOWN_FAULTS) - of_mail


@pytest.mark.long
def test_a_hurried_server_is_asked_again_in_the_same_night(nights):
    assert verdicts(nights, 0, "hurried") == {ABOUT: OK, "posts-000000": OK, "index": OK}
    assert asked(nights, 0, "hurried").count("/hurried/posts.json") == 3


@pytest.mark.long
def test_hidden_statistics_are_refused_with_a_reason_unless_they_are_shared(nights):
    (hidden, shared) = (visits(nights, 0, name)[ABOUT] for name in ("hidden", "shared"))
    assert (str(hidden.verdict), hidden.observations) == (REFUSED, None)
    assert hidden.reason.startswith(
        "about.json states no number of users; site/statistics.json: the server answered 404"
    )
    assert (str(shared.verdict), shared.observations) == (OK, 3)
    assert {row["url"].rpartition("/shared/")[2] for row in rows(nights[0], "shared", ABOUT)} == {
        "site/statistics.json"
    }
    assert rows(nights[0], "hidden", ABOUT) == []
    assert [row["messages"] for row in rows(nights[0], "hidden", "index")] == [None]


@pytest.mark.long
def test_a_forum_without_a_post_is_empty_only_where_it_says_so(nights):
    assert verdicts(nights, 0, "empty") == {ABOUT: OK, "index": EMPTY}
    silent = visits(nights, 0, "silent")["index"]
    assert (str(silent.verdict), silent.reason) == (FAILED, "no post came, although the forum says 15")
    assert verdicts(nights, 1, "empty") == {"posts-000000": OK, "index": OK}
    gone = visits(nights, 1, "vanished")["index"]
    assert (str(gone.verdict), gone.reason) == (SHRUNK, "it shows no post any more: what it showed before is kept")
    assert len(rows(nights[0], "vanished", "posts-*")) == 3
