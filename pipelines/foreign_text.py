"""Text that others wrote, as it may be stored and shown."""


def printable(text: str) -> str:
    """Return a text with blanks for white space and U+FFFD for signs that do not print."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign.isspace() else "\ufffd"
