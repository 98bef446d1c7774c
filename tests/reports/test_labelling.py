"""How right the rules about machine mail are: labels by written rules, written figures, and the page that has them."""

import csv
from datetime import UTC, date, datetime
from email import message_from_string
from importlib import import_module

import pytest
from labelling import labels
from support.page import Page
from support.samples import SHARED
from support.site import published

from pipelines.rules import bots_mail
from pipelines.rules.bots_mail import MEASURED_FILE
from pipelines.warehouse.query import ask
from reports.text.bots import SENDERS
from reports.text.formats import format_day, percent_with_ci

FOOTER = "\n\n----\nThis is an automated message from the Apache Git Service.\n"


def label(body="Hello.", headers=""):
    return labels.label(message_from_string(f"From: Jane Invented <jane@example.org>\n{headers}\n{body}"))


@pytest.mark.parametrize(("body", "headers", "expected"), [
    ("Hello.", "", "human"),
    ("Github user jane commented on the issue:\n\n    It flies.", "", "review"),
    (f"jane opened a new pull request{FOOTER}", "", "review"),
    ("It flies.\n\n> This is an automated message from the Apache Git Service.", "", "human"),
    ("I said that Github user jane commented on the issue.", "", "human"),
    ("Hello.", "Message-ID: <1.JavaMail.jenkins@builds.example.org>\n", "build"),
    ("Hello.", "X-EMailer-Mail-Sender: Nexus/2\n", "build"),
    ("See <https://builds.example.org/job/birds/>\n\nChanges:", "", "build"),
    ("It flies.\n--\nThis message was sent by Atlassian JIRA\n(v7)", "", "tracker"),
    ("Repository: birds\nUpdated Branches:\n  refs/heads/x", "", "commit"),
    ("Dear birds,\n\nThis email was sent by an\nautomated system on behalf of others.", "", "announcement"),
    ("We have released Birds 1.0.", "Subject: [ANN] Birds 1.0\n", "human"),
    ("I will be out of the office until Monday.", "", "auto-reply"),
    ("Hello.", "Auto-Submitted: auto-replied\n", "auto-reply"),
    ("Hello.", "Precedence: bulk\nList-Id: <dev.example.org>\n", "human"),
])  # fmt: skip
def test_a_message_is_labelled_by_its_body_and_by_what_made_it(body, headers, expected):
    assert label(body, headers) == expected


def test_no_label_looks_at_what_the_rules_look_at():
    """Neither From nor Subject is asked for, and only one header is looked at by both: the standard's own."""
    own = {name for pairs in labels.HEADERS.values() for name, _ in pairs}
    assert own & {rule.header for rule in bots_mail.load().headers} == {"auto-submitted"}
    assert own & {"from", "subject", "sender"} == set()


def test_agreement_is_counted_for_all_machines_and_for_each_kind():
    pairs = [("review", "review"), ("review", "human"), ("build", "review"), ("human", "build"), ("human", "human")]
    found = labels.counted(pairs)
    assert found["bot"] == (5, 3, 3, 2)
    assert found["review"] == (5, 2, 2, 1)
    assert found["build"] == (5, 1, 1, 0)
    assert labels.counted([("human", "unsure")]) == {"bot": (1, 0, 0, 0)}


def test_the_interval_of_a_share_is_wilsons():
    """By hand for 8 of 10: (0.8 + 0.19208 +- 1.96 * sqrt(0.016 + 0.009604)) / 1.38416."""
    assert labels.wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert labels.wilson(0, 0) == (0, 1)
    assert percent_with_ci(0.8, *labels.wilson(8, 10), "none") == "80 % (49 to 94)"
    assert percent_with_ci(None, None, None, "none there") == "none there"
    assert percent_with_ci(1.0, *labels.wilson(172, 172), "none") == "100 % (98 to 100)"


def test_the_table_of_accuracy_has_the_same_interval(once):
    rows = ask(published(once).database, "from analysis.bot_accuracy").to_pylist()
    assert any(row["predicted"] for row in rows)
    for row in rows:
        for share, of in (("precision", "predicted"), ("recall", "labelled")):
            ends = (row[f"{share}_low"], row[f"{share}_high"])
            assert ends == (pytest.approx(labels.wilson(row["correct"], row[of])) if row[of] else (None, None))


@pytest.mark.long
@pytest.mark.skipif(not SHARED.is_dir(), reason="the samples of real archives are not beside this checkout")
def test_r06_precision_and_recall_of_each_list_are_those_that_are_written_down():
    counted = import_module("labelling.__main__").csv_lines(measured="")
    found = [line.rpartition(",")[0] for line in counted]
    known = [line.rpartition(",")[0] for line in MEASURED_FILE.read_text(encoding="utf-8").splitlines()]
    assert found == known


def test_r06_the_written_figures_are_possible_and_dated():
    rows = bots_mail.measured()
    assert len({row.list for row in rows}) > 5
    assert sum(row.reviewed for row in {row.list: row for row in rows}.values()) >= 100
    for row in rows:
        assert row.agreed <= min(row.labelled, row.predicted)
        assert max(row.labelled, row.predicted, row.reviewed) <= max(row.messages, 60)
        assert date(2026, 1, 1) < row.measured <= datetime.now(UTC).date()


def test_r06_the_page_has_precision_and_recall_of_each_list_with_their_day_and_limits(once):
    page = Page((published(once).site / "coverage.html").read_text(encoding="utf-8"))
    (rows,) = [rows for caption, rows in page.tables.items() if caption.startswith("Precision and recall")]
    shown = {tuple(row[:3]): row for row in rows[1:]}
    with MEASURED_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cells = shown[row["list"], row["system"], SENDERS[row["kind"]]]
            assert cells[3:7] == [row["messages"], row["labelled"], row["predicted"], row["agreed"]]
            assert cells[-1] == format_day(date.fromisoformat(row["measured"]))
    assert shown["imagej-devel", "Pipermail", SENDERS["bot"]][7:9] == ["none predicted", "none there"]
    assert shown["maven-dev", "HyperKitty", SENDERS["review"]][7] == "100 % (98 to 100)"
    assert "These lists belong to no compared community" in page.text
