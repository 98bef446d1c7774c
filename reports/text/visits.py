"""Say in our words why a visit brought nothing: what a server wrote itself is never published."""

from collections.abc import Mapping

from reports.text.language import gettext

VISIT_REASONS: Mapping[str, str] = {
    "login_required": gettext("a login is needed"),
    "forbidden": gettext("the server forbids it"),
    "bot_wall": gettext("a bot check stands before it"),
    "robots_txt": gettext("robots.txt forbids it"),
    "robots_unreachable": gettext("the server could not give its robots.txt"),
    "rate_limited": gettext("the server asks for fewer requests"),
    "busy": gettext("the server was busy"),
    "not_ready": gettext("the page was not ready"),
    "redirected": gettext("it leads to another address"),
    "gone": gettext("the server says that it does not exist any more"),
    "no_such_list": gettext("the server has no such list"),
    "captures_blocked": gettext("the archive may not show its captures"),
    "http_error": gettext("the server answered with an error"),
    "host_unknown": gettext("the name of the host is unknown"),
    "connection_failed": gettext("no connection"),
    "timed_out": gettext("no answer in time"),
    "cut_off": gettext("the answer was cut off"),
    "too_large": gettext("the answer is too large"),
    "web_page": gettext("a web page came in place of data"),
    "not_mail": gettext("what came is no mail"),
    "unexpected_answer": gettext("what came is not what was asked for"),
    "damaged": gettext("what came is damaged"),
    "impossible_month": gettext("it names an impossible month"),
    "impossible_total": gettext("it states an impossible total"),
    "hidden_total": gettext("it hides the total"),
    "no_messages": gettext("it has no messages, and more were there before"),
    "reader_error": gettext("our reader failed"),
    "unreadable_file": gettext("our file cannot be read"),
}


VERDICTS = {
    "ok": gettext("ok"),
    "unchanged": gettext("unchanged"),
    "empty": gettext("empty"),
    "shrunk": gettext("shrunk"),
    "failed": gettext("failed"),
    "refused": gettext("refused"),
    "gone": gettext("gone"),
}
"""What became of a visit."""


def latest_text(latest: str) -> str:
    """Return what became of the latest visits to a source, such as `25 ok, 5 empty`."""
    counted = (each.split(" ") for each in latest.split(", "))
    return ", ".join(gettext("{count} {verdict}").format(count=n, verdict=VERDICTS[word]) for n, word in counted)


def visit_reason(code: str | None) -> str:
    """Return the reason by its code; older visits have none."""
    return VISIT_REASONS.get(code or "", gettext("see the operator's log"))
