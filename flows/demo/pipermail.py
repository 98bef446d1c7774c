"""Pages of Pipermail, the archive of Mailman 2, as a demo's server has them."""

import gzip
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256

from flows.demo.captures import Answer, Capture
from flows.demo.mail import MONTHS, MailingList, Message, encode_name, format_date, messages, write_body


def answer(one: MailingList, rest: str, query: Mapping[str, str]) -> Answer | None:
    """Return what to send for the rest of a path with its query; None where nothing is there."""
    stems = {f"{month.year}-{MONTHS[month.month - 1]}": month for month in sorted(one.months, reverse=True)}
    if query:
        return None
    if rest == "":
        return _static(_table(one, stems), "text/html")
    stem, slash, page = rest.partition("/")
    name, _, ending = stem.partition(".")
    month = stems.get(name)
    if month is None:
        return None
    if slash and page in ("date.html", "thread.html", "subject.html", "author.html"):
        return _static(_month_page(one, month, page.partition(".")[0]), "text/html")
    text = _file(messages(one, month))
    if ending == "txt" and month in one.plain:
        return _static(text, "text/plain")
    packed = ending == "txt.gz" and month not in one.plain
    return _static(gzip.compress(text, mtime=0), "application/x-gzip") if packed else None


def _file(there: Iterable[Message]) -> bytes:
    return "".join(map(_format_message, there)).encode()


def capture(
    one: MailingList, month: date, taken: datetime, folder: str, *, plain: bool = False, body: bytes | None = None
) -> Capture:
    """Return the file of a month as it stood below `folder` when it was captured: with the messages sent by then."""
    text = _file(message for message in messages(one, month) if message.sent < taken)
    url = f"{folder}{month.year}-{MONTHS[month.month - 1]}.txt" + ("" if plain else ".gz")
    served = (text if plain else gzip.compress(text, mtime=0)) if body is None else body
    html = served.lstrip()[:1] == b"<"
    kind = "text/html" if html else "text/plain" if plain else "application/x-gzip"
    return Capture(url, taken, served, kind)


def _static(body: bytes, kind: str) -> Answer:
    """Return a file as Apache serves it, with both validators."""
    tag = sha256(body).hexdigest()
    changed = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=int(tag[:6], 16))
    headers = {"Content-Type": kind, "ETag": f'"{tag[:16]}"', "Last-Modified": format_datetime(changed, usegmt=True)}
    return Answer(200, headers, body)


def _table(one: MailingList, stems: Mapping[str, date]) -> bytes:
    rows = "".join(_row(stem, month, month in one.plain) for stem, month in stems.items())
    title = one.name.capitalize()
    return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML>
  <HEAD>
     <title>The {title} Archives</title>
     <META NAME="robots" CONTENT="noindex,follow">
     <META http-equiv="Content-Type" content="text/html; charset=us-ascii">
  </HEAD>
  <BODY BGCOLOR="#ffffff">
     <h1>The {title} Archives </h1>
     <p>
      You can get <a href="/cgi-bin/mailman/listinfo/{one.name}">more information about this list</a>.
     </p>

     \t<table border=3>
          <tr><td>Archive</td>
          <td>View by:</td>
          <td>Downloadable version</td></tr>
{rows}
              </table>
     </BODY>
     </HTML>
""".encode()


def _row(stem: str, month: date, plain: bool) -> str:
    link = f'"{stem}.txt">[ Text 2 KB ]' if plain else f'"{stem}.txt.gz">[ Gzip\'d Text 2 KB ]'
    return f"""
\t    <tr>
            <td>{MONTHS[month.month - 1]} {month.year}:</td>
            <td>
              <A href="{stem}/thread.html">[ Thread ]</a>
              <A href="{stem}/subject.html">[ Subject ]</a>
              <A href="{stem}/author.html">[ Author ]</a>
              <A href="{stem}/date.html">[ Date ]</a>
            </td>
            <td><A href={link}</a></td>
            </tr>
"""


def _month_page(one: MailingList, month: date, order: str) -> bytes:
    there = messages(one, month)
    items = "".join(f'<LI><A HREF="{m.number:06}.html">{m.subject}\n</A><A NAME="{m.number}">&nbsp;</A>\n'
                    f"<I>{m.name}\n</I>\n\n" for m in there)  # fmt: skip
    begun, ended = (there[0].posted, there[-1].posted) if there else ("", "")
    return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML>
  <HEAD>
     <title>The {one.name.capitalize()} {MONTHS[month.month - 1]} {month.year} Archive by {order}</title>
     <META NAME="robots" CONTENT="noindex,follow">
  </HEAD>
  <BODY BGCOLOR="#ffffff">
      <h1>{MONTHS[month.month - 1]} {month.year} Archives by {order}</h1>
      <p><b>Starting:</b> <i>{begun}</i><br>
         <b>Ending:</b> <i>{ended}</i><br>
         <b>Messages:</b> {len(there)}<p>
     <ul>

{items}    </ul>
  </BODY>
</HTML>
""".encode()


def _format_message(message: Message) -> str:
    hidden = message.address.replace("@", " at ")
    answers = f"In-Reply-To: {message.answers}\nReferences: {message.answers}\n" if message.answers else ""
    return (
        f"From {hidden}  {message.posted}\nFrom: {hidden} ({encode_name(message.name)})\nDate: {format_date(message)}\n"
        f"Subject: {message.subject}\n{answers}Message-ID: {message.message_id}\n\n{write_body(message)}\n\n"
    )
