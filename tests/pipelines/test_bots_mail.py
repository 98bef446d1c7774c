"""Reviewed rules separate the mail of bots from that of people; what no rule fits is a person's."""

import io
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from support.builders import community, folders_in
from support.mail import one
from support.postings import DECEMBER, TODAY, land_index, land_month, mail, mailing_list, monthly
from support.tables_on_demand import ask, build_tables

from pipelines.catalogue.toml_files import WrongFileError
from pipelines.landing.stored import stored_files
from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.rules import bots_mail
from spiders.mail.reader import Archive, messages

RULES = bots_mail.load()
PERSON = "Jane Invented <jane@example.org>"
ADDRESSES = [(address, rule) for rule in RULES.rules for address in rule.addresses]


def classed(who=PERSON, subject="Thing", more=""):
    row = one(f"From: {who}\nSubject: {subject}\n{more}".encode())
    return row["class"], row["class_rule"]


@pytest.mark.parametrize(("address", "rule"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_a_bot_is_recognised_by_its_address_however_the_archive_writes_it(address, rule):
    local, _, host = address.partition("@")
    for who in (address, f"Somebody Invented <{address.upper()}>", f"{local} at {host} (Somebody (JIRA))"):
        assert classed(who) == (rule.kind, rule.id)
    assert classed(f"x{address}") == classed(f"{address}.example.org") == ("human", None)


@pytest.mark.parametrize("rule", [rule for rule in RULES.rules if rule.host], ids=lambda rule: rule.id)
def test_a_host_that_only_bots_have_is_enough(rule):
    assert classed(f"1234@{rule.host}") == (rule.kind, rule.id)
    assert classed(f"jane@other.{rule.host}") == ("human", None)


@pytest.mark.parametrize("rule", RULES.headers, ids=lambda rule: rule.id)
def test_a_bot_is_recognised_by_its_header(rule):
    value = rule.value or "anything"
    assert classed(more=f"{rule.header.upper()}: {value}; more\n") == (rule.kind, rule.id)
    if rule.value:
        assert classed(more=f"{rule.header}: no\n") == ("human", None)
    assert classed(subject=f"{rule.header}: {value}") == ("human", None)


@pytest.mark.parametrize("rule", [rule for rule in RULES.rules if rule.subject], ids=lambda rule: rule.id)
def test_a_bot_is_recognised_by_how_its_subject_begins_and_an_answer_is_a_persons(rule):
    for subject in (f"{rule.subject} 12", f"[dev] {rule.subject.upper()} 12"):
        if not (rule.subject.startswith("[") and subject.startswith("[dev]")):
            assert classed(subject=subject) == (rule.kind, rule.id)
    assert classed(subject=f"Re: {rule.subject} 12") == ("human", None)
    assert classed(subject=f"About {rule.subject} 12") == ("human", None)
    assert classed(subject=f"{rule.subject} 12", more="In-Reply-To: <a@example.org>\n") == ("human", None)


@pytest.mark.parametrize(("who", "subject", "expected"), [
    (PERSON, "Re: [jira] [Commented] (BIRD-1) It flies", "human"),
    (PERSON, "[jira] [Created] (BIRD-1) It flies", "unsure"),
    ("Jane Invented (JIRA) <jira@apache.org>", "[jira] [Created] (BIRD-1) It flies", "tracker"),
    ("Jira Invented <jira@example.org>", "My name is Jira", "human"),
    ("Jenkins Invented <jenkins@example.org>", "How do I set up Jenkins", "human"),
    (PERSON, "Builds failed for me", "human"), (PERSON, "", "human"), ("", "Thing", "human"),
])  # fmt: skip
def test_r06_a_rule_is_no_wider_than_what_was_reviewed(who, subject, expected):
    assert classed(who, subject)[0] == expected


def test_r06_every_rule_has_a_class_evidence_and_a_day():
    assert len({rule.id for rule in RULES.rules}) == len(RULES.rules) > 15
    for rule in RULES.rules:
        assert rule.evidence.endswith(".")
        assert rule.reviewed <= datetime.now(UTC).date()
        assert rule.header.islower() or not rule.header
        assert rule.subject == rule.subject.casefold()
        assert all(address == address.casefold() for address in rule.addresses)


@pytest.mark.parametrize(("wrong", "says"), [
    ('class = "robot"\naddresses = ["a@example.org"]', "class: unknown class 'robot'"),
    ('class = "build"', ": rule 'x' must have one of addresses, host"),
    ('class = "build"\nhost = "a"\nsubject = "b"', ": rule 'x' must have one of addresses, host"),
])  # fmt: skip
def test_a_rule_that_is_none_is_refused(tmp_path, wrong, says):
    path = tmp_path / "rules.toml"
    path.write_text(f'[[rule]]\nid = "x"\nevidence = "y."\nreviewed = 2026-11-24\n{wrong}\n')
    with pytest.raises(WrongFileError) as refused:
        bots_mail.load(path)
    assert f"rules.toml: rule[0]{says if says.startswith(':') else '.' + says}" in str(refused.value)


def tracked(number, at):
    return mail(number, at, subject=f"Case {number}").replace(
        b"Jane Invented <jane@example.org>", b"Ann Invented (JIRA) <jira@apache.org>"
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One build of two communities: of one bots write too, that of the other was stored by an older reader."""
    where = folders_in(tmp_path_factory.mktemp("bots"))
    dev, old = mailing_list(), mailing_list(of="older")
    land_index(where, dev, {DECEMBER: 4})
    answer = mail(4, "04 Dec 2025", "joe", b"In-Reply-To: <3@example.org>\n", "Case 3")
    land_month(
        where, dev, DECEMBER, mail(1, "01 Dec 2025"), tracked(2, "02 Dec 2025"), tracked(3, "03 Dec 2025"), answer
    )
    land_index(where, old, {DECEMBER: 2})
    land_month(where, old, DECEMBER, mail(1, "01 Dec 2025"), tracked(2, "02 Dec 2025"))
    make_older(next(path for path in stored_files(where.observations) if "older" in path.parts))
    build_tables(where, [community("birds", dev), community("older", old)], TODAY)
    return where


def make_older(file):
    """Write a file as a reader did that knew no classes."""
    old = pq.read_table(file).drop_columns(["class", "class_rule"])
    pq.write_table(old.replace_schema_metadata(pq.read_metadata(file).metadata), file)


def test_r06_people_are_counted_and_bots_beside_them(world):
    counted = ("messages", "bot_messages", "talk_people", "postings", "threads", "threads_replied")
    assert [monthly(world, metric)[DECEMBER] for metric in counted] == [2, 2, 2, 4, 1, 0]
    columns = "messages, messages_with_bots, messages_human_only, postings, talk_people_with_bots"
    of_birds = "where community = 'birds'"
    assert ask(world, f"select {columns} from definitions.messages {of_birds} and month = '2025-12-01'") == [
        (2, 4, 2, 4, 3)
    ]
    assert ask(world, f"select is_human, messages from core.threads {of_birds} order by started_at") == [
        (True, 1), (False, 0), (False, 1)
    ]  # fmt: skip


def test_what_an_older_reader_stored_counts_as_before(world):
    assert monthly(world, "messages", "older")[DECEMBER] == 2
    assert monthly(world, "bot_messages", "older")[DECEMBER] == 0
    assert ask(world, "select distinct class from core.messages where community = 'older'") == [(None,)]


def test_the_rules_stand_in_the_database(world):
    rows = dict(ask(world, "select id, condition from raw.mail_bot_rules"))
    assert rows.keys() == {rule.id for rule in RULES.rules}
    assert rows["jira"] == "jira@apache.org"
    assert rows["auto-submitted"] == "header auto-submitted: auto-replied"
    assert rows["launchpad-bugs"] == "addresses of bugs.launchpad.net"
    assert rows["build-failed"] == "subject build failed in jenkins:"


def test_what_is_no_message_has_no_class():
    archive = Archive(datetime(1995, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    (batch,) = messages(io.BytesIO(b"No message at all.\n\n").read, archive, Pseudonyms(bytes(32)))
    (row,) = batch.to_pylist()
    assert (row["class"], row["class_rule"], row["quarantine"] is None) == (None, None, False)
