"""Run the command `demo` with invented people whose names, addresses, subjects and texts carry canary names.

The canaries are put where the demo invents people and mail. The server, the nightly run and the
spiders are those of every demo, and so are all numbers.
"""

import base64
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import date
from email.header import Header
from pathlib import Path
from urllib.parse import quote

from flows.demo import counts, forums, hyperkitty, invented, mail, people, pipermail, ponymail, shares
from pipelines.folders import CHECKOUT, DemoMarker, Folders, write_demo_marker

KEY = "7a" * 32
SENDER, LOCAL, TOPIC, BODY, DOTTED, LOGIN = (
    "CanarySenderQzx", "CanaryLocalQzx", "CanaryTopicQzx", "CanaryBodyQzx", "canary.dotted.qzx", "CanaryLoginQzx",
)  # fmt: skip
CANARIES = (SENDER, LOCAL, TOPIC, BODY, DOTTED, LOGIN, counts.CANARY_NAME)
WRITTEN = {
    "as it is": lambda text: text,
    "upper case": str.upper,
    "lower case": str.lower,
    "address": lambda text: f"<{text}@example.org>",
    "(a)": lambda text: f"{text} (a) example.org",
    "at in brackets": lambda text: f"{text}[at]example[dot]org",
    "base64 of an address": lambda text: base64.b64encode(f"to {text}@example.org".encode()).decode(),
    "base64 of a line": lambda text: base64.b64encode(f"{text}\n".encode()).decode(),
    "base64 of upper case": lambda text: base64.b64encode(f"a{text.upper()}b".encode()).decode(),
    "percent": lambda text: "".join(f"%{ord(letter):02X}" for letter in text),
    "address in a url": lambda text: quote(f"mailto:{text}@example.org", safe=""),
    "quoted-printable": lambda text: "".join(f"={ord(letter):02X}" for letter in text),
    "encoded word": lambda text: Header(f"Ü {text}", "utf-8").encode(),
    "entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "hexadecimal": lambda text: text.encode().hex().upper(),
}
"""How a canary can be written in a text."""
EVERY = 50
"""Every so many messages of a month have the canary in their text: in all of them it would only take time."""


def add_canaries() -> None:
    """Let the demo of this process invent canaries; two people are one exactly where they were before."""
    plain = people.person

    def person(community: str, number: int) -> people.Person:
        found = plain(community, number)
        given, _, family = found.name.partition(" ")
        sender, local = ((SENDER, LOCAL), (SENDER.upper(), DOTTED), (SENDER, LOCAL.lower()))[number % 3]
        return found._replace(
            name=f"{given} {sender}{family}", addresses=tuple(f"{local}.{address}" for address in found.addresses)
        )

    people.person = shares.person = person
    forums.crc32 = lambda username: zlib.crc32(username.replace(SENDER.lower().encode(), b""))
    mail.SUBJECTS = forums.SUBJECTS = tuple(f"{TOPIC} {text} asks {LOCAL}@example.org" for text in mail.SUBJECTS)
    invented.THINGS = tuple(f"{text} of {TOPIC}" for text in invented.THINGS)
    pipermail.write_body = hyperkitty.write_body = ponymail.write_body = _add_to_body(mail.write_body)


def _add_to_body(write_body):
    spelled = "\n".join(written(BODY) for written in WRITTEN.values())
    return lambda message: write_body(message) + ("" if message.number % EVERY else f"\n{spelled}\n")


def run_demo(folder: Path, prepare_prefect: Callable[[Path], None]) -> None:
    """Run the command into `folder`/data, which has Prefect's database already; keep what it says beside it."""
    data = folder / "data"
    prepare_prefect(data)
    write_demo_marker(Folders(data, data, data), DemoMarker("", date(2026, 1, 1)))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("STACKRANK_", "PREFECT_"))}
    environment |= {"STACKRANK_DATA": str(data), "STACKRANK_KEY": KEY, "COLUMNS": "100"}
    environment |= {"PREFECT_API_AUTH_STRING": f"birds:{LOGIN}", "PYTHONPATH": str(CHECKOUT)}
    with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as errors:
        command = [sys.executable, "-m", "support.canary_demo", "demo"]
        ended = subprocess.run(command, env=environment, cwd=CHECKOUT / "tests", stdout=out, stderr=errors, check=False)
    assert ended.returncode == 0, (folder / "stdout").read_text() + (folder / "stderr").read_text()


if __name__ == "__main__":
    from flows.cli import run

    add_canaries()
    run()
