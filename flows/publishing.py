"""Write the site, and let everybody read it: all else that a run writes is for its owner only."""

from datetime import date
from pathlib import Path

from flows.address import site_address
from pipelines.folders import Folders, open_to_everybody
from reports.checked import update_last_checked


def publish_site(where: Folders, month: date | None = None) -> Path:
    """Write the site from the database, of a month if one is given; return its page."""
    from reports import site
    from reports.languages.pages import languages_of_site

    page = site.publish(where, month, languages_of_site(), site_address())
    open_to_everybody(where.site)
    return page


def mark_checked(where: Folders, message: str) -> Path:
    """Say on the published site when it was last checked; return its page."""
    page = update_last_checked(where, message)
    open_to_everybody(where.site)
    return page
