"""Catalogues of translations: a file LANGUAGE.po for each language of the pages beside English."""
