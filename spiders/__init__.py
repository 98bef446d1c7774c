"""Go there, keep the page, read it: one file per kind of source."""
