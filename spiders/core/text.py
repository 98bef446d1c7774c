"""Fold the subjects of messages and topics."""

import re

_MARK = r"(?:re|aw|sv|antw|vs|odp|rif|回复|答复|答覆|回覆|返信)\s*+(?:\[\d++\]|\(\d++\))?+\s*+[:：]"


_LEAD = re.compile(rf"\s*+(?:({_MARK})|\[[^\]]{{1,80}}\])\s*+", re.I)


def base_subject(subject: str) -> tuple[str, bool]:
    """Return a subject without list tags and marks of a reply, folded; and whether it had such a mark.

    Of a subject that is only such marks nothing is left; a tag alone is a subject.
    """
    begin, is_reply = 0, False
    while lead := _LEAD.match(subject, begin):
        is_reply = is_reply or lead[1] is not None
        if lead.end() == len(subject) and lead[1] is None:
            break
        begin = lead.end()
    return " ".join(subject[begin:].casefold().split()), is_reply
