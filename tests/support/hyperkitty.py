"""Invented letters of a list, and a real HyperKitty that serves them from the database of a folder."""

import http.client
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

from pipelines.privacy.pseudonyms import Pseudonyms

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


def get(url, path):
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200
    return body
