"""The same mail as HyperKitty, Pony Mail and Pipermail have it: equal messages, people and threads."""

import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.header import Header

import pyarrow as pa
import pytest
from support.builders import visit
from support.hyperkitty import KEYED, LIST, OLD, get, letters
from support.tables_on_demand import ask, build_tables

from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.landing import harvest
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import MESSAGES, TOTALS
from pipelines.model import Community, Source
from spiders.mail.reader import Archive, messages


def as_stored(mail):
    """A message as Pony Mail gives it: as it came."""
    return b"From dev-return-1@lists.example.org Mon Jan  1 00:00:00 2024\n" + mail.as_bytes() + b"\n\n"


def as_text(mail):
    """A message as Pipermail writes it into the file of its month."""
    name, _, address = str(mail["From"]).rpartition(" ")
    hidden, posted = address.strip("<>").replace("@", " at "), mail["Date"].datetime.astimezone(UTC)
    answers = f"In-Reply-To: {mail['In-Reply-To']}\n" if "In-Reply-To" in mail else ""
    text = (
        f"From {hidden}  {posted:%a %b %e %H:%M:%S %Y}\nFrom: {hidden} ({Header(name, 'utf-8').encode()})\n"
        f"Date: {mail['Date']}\nSubject: {mail['Subject']}\n{answers}Message-ID: {mail['Message-ID']}\n\n"
        f"{mail.get_content()}\n\n"
    )
    return text.encode()


@pytest.fixture(scope="module")
def compared(nights, tmp_path_factory):
    """A database of what HyperKitty served, and of the same letters as Pony Mail and as Pipermail have them."""
    top = tmp_path_factory.mktemp("compared")
    where = Folders(top / "data", nights[0].communities, top / "site")
    shutil.copytree(nights[0].observations, where.observations)
    shutil.copytree(nights[0].visits, where.visits)
    known = list(load_catalogue(where.communities))
    for kind, written in (("ponymail", as_stored), ("pipermail", as_text)):
        source = Source(kind, "dev", kind, ("https://lists.example.org/dev/",), OLD - timedelta(days=1), "Invented.")
        known.append(Community(kind, kind, "https://birds.example.org/", known[0].born, (source,)))
        by_month = {}
        for mail in letters():
            by_month.setdefault(mail["Date"].datetime.astimezone(UTC).date().replace(day=1), []).append(mail)
        totals = [{"month": month, "messages": len(mails), "url": None} for month, mails in by_month.items()]
        land(where, source, "index", TOTALS, [pa.RecordBatch.from_pylist(totals, schema=TOTALS)])
        for month, mails in by_month.items():
            archive = Archive(datetime(2005, 1, 1, tzinfo=UTC), datetime.now(UTC), month, kind == "pipermail")
            read = messages(io.BytesIO(b"".join(map(written, mails))).read, archive, KEYED)
            land(where, source, f"{month:%Y-%m}", MESSAGES, list(read))
    build_tables(where, known, datetime.now(UTC).date())
    return where


def land(where, source, unit, schema, batches):
    seen = replace(visit(source, unit, seen_at=datetime.now(UTC)), key_id=KEYED.key_id)
    harvest.land(where, Harvest(seen, 0.0, schema, batches, []))


def test_the_same_mail_is_the_same_messages_people_and_threads_in_hyperkitty_pony_mail_and_pipermail(compared):
    for columns, table in (
        (
            "message_key, thread_key, sender_key, sent_at, month, is_reply, in_reply_to_key, subject_key, class",
            "messages",
        ),
        ("thread_key, starter_key, started_at, messages, people, answered_at, whole", "threads"),
    ):
        told = [
            ask(compared, f"select {columns} from core.{table} where community = '{name}' order by all")
            for name in ("birds", "ponymail", "pipermail")
        ]
        assert told[0] == told[1] == told[2]
        assert len(told[0]) > 8
    differing = ask(
        compared, "select metric, month, list(distinct value) from metrics.monthly "
        f"join metrics.definitions using (metric) where family = 'talk' and month >= '{OLD}' and state = 'observed' "
        "group by all having count(distinct value) > 1",
    )  # fmt: skip
    assert differing == []


def test_hyperkitty_itself_counts_as_many_threads(archive, compared):
    answer = json.loads(get(archive, f"/archives/api/list/{LIST}/threads/?format=json&limit=100"))
    ours = ask(compared, "select count(*), sum(messages) from core.threads where community = 'birds'")
    assert ours == [(answer["count"], sum(1 + thread["replies_count"] for thread in answer["results"]))]
    assert answer["count"] == sum("In-Reply-To" not in mail for mail in letters())
