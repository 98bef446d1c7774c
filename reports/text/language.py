"""The language of the pages: whole English sentences, which a catalogue of translations can replace."""

from gettext import NullTranslations

TRANSLATIONS = NullTranslations()
gettext, ngettext = TRANSLATIONS.gettext, TRANSLATIONS.ngettext
