"""Collect questions and answers of Askbot, as ask.openstack.org was, from saved pages.

The saved pages of a question are the unit `question-ID`: the question, its answers and comments as
messages. A page of the list of questions, from the site's API, is a unit with the name of its file, and
states how many questions there are.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from pipelines.landing.asked import host_of
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import MESSAGES
from pipelines.model import Source, Verdict, Visit
from spiders.core.batches import check_batches
from spiders.core.days import midnight
from spiders.core.saved_pages import SavedSpider, content_of, file_url, unit_named
from spiders.forums.askbot_pages import QuestionPage, message_rows, posts_of, read_page
from spiders.readers import VERSIONS


class SavedPage(NamedTuple):
    """A file with what it states."""

    file: Path
    content: bytes
    page: QuestionPage


class AskbotSpider(SavedSpider):
    """Put the pages of each question together, and read each list of questions for itself."""

    name = "askbot"
    kind = "askbot"
    reader = VERSIONS["askbot"]

    def read_files(self, source: Source, files: list[Path]) -> Iterator[Harvest | Visit]:
        """Yield the questions and the lists of questions, then the total of the largest list."""
        units: dict[str, list[SavedPage]] = defaultdict(list)
        for file in files:
            try:
                content = content_of(file)
                page = read_page(content)
                check_site(page, source)
            except Exception as error:
                yield self.file_visit(source, file, error)
            else:
                unit = unit_named(file) if page.question is None else f"question-{page.question}"
                units[unit].append(SavedPage(file, content, page))
        for unit, saved in units.items():
            try:
                yield self._harvest_unit(source, unit, saved)
            except Exception as error:
                yield self.reader_error_visit(source, unit, file_url(saved[0].file), error)
        lists = [one for saved in units.values() for one in saved if one.page.question is None]
        if lists:
            yield self._harvest_largest(source, lists)

    def _harvest_unit(self, source: Source, unit: str, saved: list[SavedPage]) -> Harvest | Visit:
        """Return the harvest of the pages of one question, or of one list of questions."""
        pages = [one.page for one in saved]
        files, contents = [one.file for one in saved], [one.content for one in saved]
        visit = self.unit_visit(source, unit, files, contents, completeness_note(pages))
        if visit.verdict == Verdict.UNCHANGED:
            return visit
        notes: list[str] = []
        believed = midnight(source.since), visit.seen_at + timedelta(days=1)
        batches = check_batches([message_rows(pages, believed, self.pseudonyms)], None, notes)
        return Harvest(visit=visit, fetched_in=0.0, schema=MESSAGES, batches=batches, tags=[], notes=notes)

    def _harvest_largest(self, source: Source, lists: list[SavedPage]) -> Harvest | Visit:
        """Return the harvest of the total that the largest list of questions states."""
        largest = max(lists, key=lambda one: one.page.stated or 0)
        row = {"month": None, "messages": largest.page.stated, "url": file_url(largest.file)}
        return self.harvest_totals(source, largest.file, largest.content, [row])


def check_site(page: QuestionPage, source: Source) -> None:
    """Raise ValueError for a page of another site than the catalogue names."""
    if source.urls and page.site and page.site not in map(host_of, source.urls):
        raise ValueError("the page is of another site")


def completeness_note(pages: list[QuestionPage]) -> str:
    """Return how much of what the pages state stands on them; "" where that is all."""
    first, posts = pages[0], posts_of(pages)
    if first.question is None:
        here = f"{len(posts):,} of them on this one"
        return f"the site has {first.stated:,} questions on {first.pages:,} pages by its own words, {here}"
    answers, total = sum(post.kind == "answer" for post in posts), max((page.stated or 0) for page in pages)
    if answers >= total:
        return ""
    return f"the question has {total:,} answers by its own page, {answers:,} are on the saved ones"
