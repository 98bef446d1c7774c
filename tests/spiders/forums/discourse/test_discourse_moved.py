"""A community that moves from a list to a forum: its months, threads, people and moves in the database."""

import pytest
from support.crawl import HEAD, KEY, back, mailman2
from support.discourse import STEP, block, built, folders, forum, states
from support.tables_on_demand import ask
from support.walk import crawl

from flows.demo.archives import Archives
from flows.demo.mail import messages
from flows.demo.server import serve


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A community that went from a list to a forum, one block of which failed; both have a person of one name."""
    top = tmp_path_factory.mktemp("moved")
    where, dev = folders(top), mailman2("dev", {back(10): 20, back(9): 10})
    talk = forum("talk", step=STEP, private=9)
    with serve(top / "none") as server:
        faults = {"/talk/posts.json?before=3000": ["error"]}
        server.archives = Archives([dev], faults, sites=[talk])
        (where.communities / "birds.toml").write_text(
            HEAD + f'\n[[sources]]\nname = "dev"\nkind = "pipermail"\nsince = {back(10)}\nuntil = {back(8)}\n'
            f'why = "Invented."\naddress = "{dev.address}"\nurls = ["{server.base_url}{dev.url}"]\n'
            'continued_by = "birds/talk"\n'
            + block(server.base_url, "talk", back(9), 'continues = "birds/dev"\naudience = "everyone"\n')
        )  # fmt: skip
        crawl(where, ("pipermail", "discourse"))
        assert server.complaints == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_KEY", KEY)
        built(where)
    return where, dev, talk


def test_a_failed_block_makes_its_months_a_gap_and_no_other(moved):
    where, _, _ = moved
    found = states(where)
    assert found[back(10)] == "not_started"
    # Ids 2,000 to 2,999 are posts from seven months ago to the previous month.
    assert [found[back(n)] for n in (9, 8, 6, 2, 1)] == ["seen", "seen", "gap", "gap", "gap"]
    assert ask(
        where, f"select value, state from metrics.monthly where metric = 'messages' and month = '{back(6)}'"
    ) == [(None, "unobserved")]


def test_a_topic_is_a_thread_also_without_its_first_post(moved):
    where, _, talk = moved
    held = {number: shown for number, shown in talk.shown().items() if not 2000 <= number < 3000}
    topics = {shown["topic_id"] for shown in held.values()}
    found = ask(where, "select thread_key, count(*) from core.messages where source = 'talk' group by all")
    assert len(found) == len(topics)
    sizes = sorted(sum(shown["topic_id"] == topic for shown in held.values()) for topic in topics)
    assert sorted(size for _, size in found) == sizes
    (whole,) = ask(where, "select count(*) filter (whole), count(*) from core.threads where source = 'talk'")
    begun = {shown["topic_id"] for shown in held.values() if shown["post_number"] == 1}
    assert whole == (len(begun), len(topics))
    assert len(begun) < len(topics)


def test_who_shows_a_whole_name_is_the_same_person_on_list_and_forum(moved):
    where, dev, talk = moved
    names = {message.name for month in dev.months for message in messages(dev, month)}
    held = [shown for number, shown in talk.shown().items() if not 2000 <= number < 3000]
    shown = {post_["name"] for post_ in held if post_["name"] and " " in post_["name"]}
    hidden = {post_["username"] for post_ in held if not post_["name"] or " " not in post_["name"]}
    (people,) = ask(where, "select count(distinct sender_key) from core.messages")
    assert people == (len(names | shown) + len(hidden),)
    assert names & shown


def test_what_discourse_writes_itself_is_no_message_of_people(moved):
    where, _, talk = moved
    by_class = dict(ask(where, "select \"class\", count(*) from core.messages where source = 'talk' group by all"))
    held = [number for number in talk.shown() if not 2000 <= number < 3000]
    assert by_class == {"system": 1, "human": len(held) - 1}
    rules = ask(where, "select id, condition from raw.mail_bot_rules where \"class\" = 'system' order by id")
    assert rules == [
        ("discourse-accounts", "accounts system, discobot, -1, -2 of a forum"),
        ("discourse-actions", "post_type 2, 3, 4"),
    ]


def test_a_list_that_went_on_in_a_forum_is_a_move_of_the_talk_family(moved):
    where, _, _ = moved
    (move,) = ask(where, "select family, from_source, to_source, action from core.moves")
    assert move == ("talk", "dev", "talk", "stitch")
    kinds = ask(where, "select distinct source from analysis.by_source order by all")
    assert kinds == [("dev",), ("talk",)]


@pytest.mark.long
def test_the_forums_own_total_is_wider_and_no_false_alarm(moved, nights, monkeypatch):
    where, _, talk = moved
    waiting = ask(where, "select month, total, state from core.reconciliation where source = 'talk'")
    assert waiting == [(None, len(talk.shown()) + 9, "not held")]
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    built(nights[0])
    found = dict(ask(nights[0], "select source, state from core.reconciliation"))
    assert (found["new"], found["hidden"], found["hurried"]) == ("wider total", "no total", "equal")
    assert ask(nights[0], "select count(*) from core.quarantine where source = 'odd'") == [(6,)]
    assert found["fewer"] == "differs", "it shows a post more than it says that it has"
