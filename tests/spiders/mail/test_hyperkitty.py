"""The real HyperKitty from the package index, with a mailbox imported, visited over HTTP by the real spider.

Runs where STACKRANK_HYPERKITTY names a folder for a virtual environment, which is made on first use.
"""

import gzip
import http.client
import io
import json
import mailbox
import os
import shutil
import socket
import subprocess
import time
import venv
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.header import Header
from email.message import EmailMessage
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.builders import visit
from support.commands import run_here
from support.tables_on_demand import ask, build_tables

from flows.collect import collect
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.landing import store
from pipelines.landing.schemas import MESSAGES, TOTALS
from pipelines.landing.store import Harvest
from pipelines.landing.stored import stored_files, stored_visits
from pipelines.model import Community, Source
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.mail.reader import Archive, messages

FOLDER = os.environ.get("STACKRANK_HYPERKITTY")
KEY = "5e" * 32
KEYED = Pseudonyms(bytes.fromhex(KEY))
LIST = "dev@lists.example.org"
PACKAGES = ("hyperkitty==1.3.12", "mailman-web", "whoosh", "gunicorn")
THIS_MONTH = datetime.now(UTC).date().replace(day=1)
LAST_MONTH = (THIS_MONTH - timedelta(days=1)).replace(day=1)
OLD = (LAST_MONTH - timedelta(days=150)).replace(day=1)
SETTINGS = """
from mailman_web.settings.base import *
from mailman_web.settings.mailman import *
SECRET_KEY = "invented"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "mail.sqlite"}}
STATIC_ROOT = "static"
MAILMAN_ARCHIVER_KEY = "invented"
MAILMAN_ARCHIVER_FROM = ("127.0.0.1",)
MAILMAN_REST_API_URL, MAILMAN_REST_API_USER, MAILMAN_REST_API_PASS = "http://127.0.0.1:1", "a", "b"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.whoosh_backend.WhooshEngine", "PATH": "index"}}
Q_CLUSTER = {"name": "hk", "orm": "default", "sync": True, "timeout": 300, "retry": 400}
COMPRESS_ENABLED = False
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGGING = {"version": 1, "disable_existing_loggers": True}
"""

pytestmark = pytest.mark.skipif(not FOLDER, reason="STACKRANK_HYPERKITTY names no folder to install HyperKitty in")


def letters():
    """Return invented mail with what real mail has: zones, encoded names, answers, a line that begins with From."""
    found, berlin = [], timezone(timedelta(hours=2))
    for month, count in ((OLD, 12), (LAST_MONTH, 9), (THIS_MONTH, 4)):
        for number in range(count):
            mail = EmailMessage()
            mail["From"] = ("Jan\u00e9 Invented <jane@example.org>", "Joe Invented <joe@example.net>")[number % 2]
            thing = f"Thing {month:%B} {number - number % 3}"
            mail["To"], mail["Subject"] = LIST, f"[dev] Re: {thing}" if number % 3 else f"[dev] {thing}"
            sent = datetime(month.year, month.month, 1, 12, number, tzinfo=UTC if number % 2 else berlin)
            mail["Date"] = sent
            mail["Message-ID"] = f"<{month:%Y%m}.{number}@example.org>"
            if number % 3:
                mail["In-Reply-To"] = f"<{month:%Y%m}.{number - number % 3}@example.org>"
            mail.set_content(f"Hello\n\nFrom my point of view {number} is enough.\n")
            found.append(mail)
    # The first day of a month where it was written, and in UTC the last day of the month before.
    found[0].replace_header("Date", datetime(OLD.year, OLD.month, 1, 1, 0, tzinfo=timezone(timedelta(hours=5.5))))
    return found


@pytest.fixture(scope="module")
def python():
    """Return the Python that has HyperKitty."""
    folder = Path(FOLDER)
    python, done = folder / "bin/python", folder / "installed"
    if done.exists() and done.read_text() == " ".join(PACKAGES):
        return python
    venv.create(folder, with_pip=True)
    command = [python, "-m", "pip", "install", "--quiet", *PACKAGES]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"HyperKitty cannot be installed here: {installed.stderr.splitlines()[-1]}")
    (folder / "empty.sqlite").unlink(missing_ok=True)
    done.write_text(" ".join(PACKAGES))
    return python


@contextmanager
def serving(python, folder):
    """Serve what is in the database of `folder`; yield the url."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "mailman_web.wsgi"]
    with subprocess.Popen(command, cwd=folder, env=environment(folder)) as server:
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert server.poll() is None, "the server ended"
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def environment(folder):
    return os.environ | {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(folder)}


@pytest.fixture(scope="module")
def archive(python, tmp_path_factory):
    """Serve a HyperKitty that has imported the letters; yield its url, and the folder of its database."""
    folder = tmp_path_factory.mktemp("hyperkitty")
    (folder / "settings.py").write_text(SETTINGS)
    box = mailbox.mbox(folder / "mail.mbox")
    for mail in letters():
        box.add(mail)
    box.flush()

    def manage(*arguments):
        command = [python, "-m", "django", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    empty = Path(FOLDER) / "empty.sqlite"
    if not empty.exists():  # its 150 migrations take longer than all else here
        manage("migrate", "--verbosity", "0")
        shutil.copy(folder / "mail.sqlite", empty)
    shutil.copy(empty, folder / "mail.sqlite")
    imported = ("hyperkitty_import", "-l", LIST, "--no-sync-mailman", "--since", "2000-01-01", "--ignore-mtime")
    manage(*imported, "mail.mbox")
    with serving(python, folder) as url:
        yield url


@pytest.fixture(scope="module")
def nights(archive, tmp_path_factory):
    """Two nights against it; return the folders, and what was collected in each."""
    top = tmp_path_factory.mktemp("nights")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(
        'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2005-01-01\n\n[[sources]]\nname = "dev"\n'
        f'kind = "hyperkitty"\nsince = {OLD - timedelta(days=1)}\nwhy = "Invented."\naddress = "{LIST}"\n'
        f'urls = ["{archive}/archives/list/{LIST}/"]\n'
    )
    (birds,) = load_catalogue(where.communities)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_KEY", KEY)
        first = collect(where, birds.sources)
        time.sleep(1)  # visits are noted to the second
        return where, first, collect(where, birds.sources)


def get(url, path):
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200
    return body


def expected():
    """Return how many letters each month has, in UTC."""
    return Counter(f"{m['Date'].datetime.astimezone(UTC):%Y-%m}" for m in letters())


def test_every_month_lands_whole_and_the_others_are_empty(nights):
    where, first, _ = nights
    assert (first.unvisited, first.complaints) == ((), [])
    found = {v.unit: v.observations for v in first.visits if v.verdict == "ok" and v.unit != "index"}
    assert found == expected()
    others = {v.unit: (str(v.verdict), v.note) for v in first.visits if v.unit not in {*found, "index"}}
    assert set(others.values()) == {("empty", "the file of the month is whole and empty, 20 bytes")}
    rows = pq.read_table(where.observations / "birds/dev/index.parquet").to_pylist()
    assert [row["messages"] for row in rows if row["month"] is None] == [25]
    assert all(row["messages"] is None for row in rows if row["month"])
    assert len(rows) == 1 + len(found) + len(others)


def test_the_second_night_asks_for_two_months_and_finds_nothing_new(nights):
    _, _, second = nights
    assert {v.unit: str(v.verdict) for v in second.visits} == {
        "index": "unchanged", f"{LAST_MONTH:%Y-%m}": "unchanged", f"{THIS_MONTH:%Y-%m}": "unchanged",
    }  # fmt: skip


def test_a_probe_finds_it_as_we_assume(nights, tmp_path):
    given = {"STACKRANK_DATA": str(tmp_path), "STACKRANK_COMMUNITIES": str(nights[0].communities), "STACKRANK_KEY": KEY}
    done = run_here("probe", "birds", "--json", **given)
    (source,) = json.loads(done.stdout)["sources"]
    assert {one["name"]: one["outcome"] for one in source["outcomes"]} == dict.fromkeys(
        ("answers", "robots", "open", "read", "list", "retired", "count", "export"), "as expected"
    )
    assert done.returncode == 0
    assert not (tmp_path / "observations").exists()


def test_exports_of_one_month_differ_in_nothing_but_their_borders(archive, nights):
    visit = stored_visits(nights[0].observations)["birds", "dev", f"{LAST_MONTH:%Y-%m}"]
    path = visit.url.removeprefix(archive)
    one, two = (gzip.decompress(get(archive, path)) for _ in range(2))
    assert one != two
    assert len(one) == len(two)


def test_the_export_and_the_api_have_the_same_messages(archive, nights):
    answer = json.loads(get(archive, f"/archives/api/list/{LIST}/emails/?format=json&limit=100"))
    by_api = {KEYED.key("message id", mail["message_id"].encode()): mail for mail in answer["results"]}
    rows = [
        row for path in stored_files(nights[0].observations / "birds/dev") if path.stem != "index"
        for row in pq.read_table(path).to_pylist()
    ]  # fmt: skip
    assert len(rows) == answer["count"] == len(by_api) == 25
    assert {row["message_id_key"] for row in rows} == set(by_api)
    for row in rows:
        there = by_api[row["message_id_key"]]
        assert row["sent_at"] == datetime.fromisoformat(there["date"]).replace(tzinfo=None)
        assert row["sender_name_exact_key"] == KEYED.key("name", there["sender_name"].encode())
        assert row["sender_address_key"] == KEYED.key(
            "folded address", there["sender"]["address"].replace(" (a) ", "@").encode()
        )
        assert (row["sender_quality"], row["quarantine"]) == ("given", None)
        assert bool(row["in_reply_to_key"]) == bool(there["parent"])


# ---- the same mail as two other systems have it ----------------------------------------------------------------


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
    store.land(where, Harvest(seen, 0.0, schema, batches, []))


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
