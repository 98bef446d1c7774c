"""Fold the subjects of messages and topics."""

import re

_MARK = r"(?:re|aw|sv|antw|vs|odp|rif|回复|答复|答覆|回覆|返信)\s*+(?:\[\d++\]|\(\d++\))?+\s*+[:：]"
_LEADS = re.compile(rf"(?:\s*+(?:\[[^\]]{{1,80}}\](?!\s*+\Z)|({_MARK}))\s*+)+", re.I)


def base_subject(subject: str) -> tuple[str, bool]:
    """Return a subject without list tags and marks of a reply, folded; and whether it had such a mark.

    Of a subject that is only such marks nothing is left; a tag alone is a subject.
    """
    leads = _LEADS.match(subject)
    rest = subject[leads.end() :] if leads else subject
    return " ".join(rest.casefold().split()), bool(leads and leads[1])
