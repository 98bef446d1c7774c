"""Land invented mail as a spider does, and ask what is counted of it."""

import io
from datetime import UTC, date, datetime

import pyarrow as pa
from support.builders import visit
from support.tables_on_demand import ask

from pipelines.landing.harvest import Harvest, land
from pipelines.landing.schemas import MESSAGES, TOTALS
from pipelines.model import Source
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.mail.reader import Archive, messages

KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
TODAY = date(2026, 3, 20)


def mailing_list(name="dev", since=date(2025, 12, 1), kind="pipermail", of="birds", **facts):
    urls = (f"https://lists.example.org/{name}/",) if kind != "unreadable" else ()
    return Source(of, name, kind, urls, since, "Invented.", **facts)


def mail(number, at, who="jane", more=b"", subject="Thing"):
    """One message; `at` is a day or a whole Date header."""
    sent = at if "," in at else f"Mon, {at} 12:00:00 +0000"
    return (
        b"From jane@example.org Mon Dec  1 12:00:00 2025\n"
        + f"From: {who.title()} Invented <{who}@example.org>\nDate: {sent}\nSubject: {subject}\n".encode()
        + (f"Message-ID: <{number}@example.org>\n".encode() if number else b"")
        + more
        + b"\nHello\n\n"
    )


def land_month(where, of, month, *mails, seen_at=datetime(2026, 3, 20, 3, tzinfo=UTC)):
    archive = Archive(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC), month)
    batches = list(messages(io.BytesIO(b"".join(mails)).read, archive, KEYED))
    seen = visit(of, f"{month:%Y-%m}", seen_at=seen_at)
    land(where, Harvest(seen, 0.0, MESSAGES, batches, []))


def land_index(where, of, totals, seen_at=datetime(2026, 3, 20, 3, tzinfo=UTC)):
    rows = [
        {"month": month, "messages": total, "url": "https://lists.example.org/x"} for month, total in totals.items()
    ]
    batch = pa.RecordBatch.from_pylist(rows, schema=TOTALS)
    land(where, Harvest(visit(of, "index", seen_at=seen_at), 0.0, TOTALS, [batch], []))


DECEMBER, JANUARY, FEBRUARY = date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)


def monthly(where, metric, of="birds"):
    rows = ask(where, "select month, value, state from metrics.monthly "
                      f"where community = '{of}' and metric = '{metric}' "
                      "and month < '2026-03-01' order by month")  # fmt: skip
    return {month: value if state == "observed" else state for month, value, state in rows}
