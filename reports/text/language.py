"""The language of the pages: whole English sentences, which a catalogue of translations can replace."""

from collections.abc import Sequence
from gettext import NullTranslations

from markupsafe import Markup

TRANSLATIONS = NullTranslations()
gettext, ngettext = TRANSLATIONS.gettext, TRANSLATIONS.ngettext


def fill_in(sentence: str, **given: object) -> Markup:
    """Return one of our own sentences as HTML: what is given is escaped, unless it is HTML already."""
    return Markup(sentence).format(**given)  # noqa: S704 the sentence is ours, what comes from outside is escaped


def join_names(names: Sequence[Markup]) -> Markup:
    """Return names as one enumeration with commas and a final `and`."""
    parts = Markup(", ").join(names[:-1]), names[-1]
    return Markup(gettext(" and ")).join(filter(None, parts))  # noqa: S704 as above
