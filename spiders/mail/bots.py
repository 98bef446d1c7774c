"""Tells by the rules about bots which mail programs sent."""

from pipelines.rules import bots_mail

BOTS = bots_mail.load()
BY_HEADER = {rule.header.encode(): rule for rule in BOTS.headers}
HEADERS = frozenset(BY_HEADER)


def rule_by_header(found: dict[bytes, bytes]) -> bots_mail.Rule | None:
    """Return the rule for one of these headers; None where none fits."""
    if HEADERS.isdisjoint(found):
        return None
    fitting = (rule for name, rule in BY_HEADER.items() if name in found and _begins(found[name], rule.value))
    return next(fitting, None)


def _begins(value: bytes, beginning: str) -> bool:
    return value.strip().lower().startswith(beginning.encode())
