"""What programs look for at the top of a site: robots.txt, a sitemap, and how to cite."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reports.pages.context import Context
from reports.text.formats import format_month
from reports.text.language import gettext

ROBOTS, SITEMAP, CITATION = "robots.txt", "sitemap.xml", "CITATION.cff"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST = 50_000
"""So many addresses a sitemap may have (sitemaps.org)."""


def machine_files(site: Context, pages: Sequence[str]) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of each file; a sitemap needs the public address of the site."""
    yield CITATION, citation_file(site)
    yield ROBOTS, "User-agent: *\nAllow: /\n" + (f"Sitemap: {site.link(SITEMAP)}\n" if site.address else "")
    if site.address:
        yield SITEMAP, _sitemap(site, [page for page in pages if page.endswith(".html")])


def citation_file(site: Context) -> str:
    """Return how to cite this edition, in the Citation File Format 1.2.0."""
    build = site.build
    facts = {
        "cff-version": "1.2.0", "message": gettext("Please cite the edition that you used."), "type": "dataset",
        "title": gettext("stackrank: public activity of open-source clouds"),
        "version": gettext("edition {month}, method {method}").format(
            month=format_month(site.month), method=build["method_version"]
        ),
        "date-released": f"{build['built_at']:%Y-%m-%d}", "license": "Apache-2.0",
    }  # fmt: skip
    if site.address:
        facts["url"] = site.address
    lines = [f'{name}: "{said}"' for name, said in facts.items()]
    return "\n".join([*lines, "authors:", '  - name: "stackrank project"', ""])


def _sitemap(site: Context, pages: Sequence[str]) -> bytes:
    root = Element("urlset", {"xmlns": NAMESPACE})
    for page in pages[:MOST]:
        SubElement(SubElement(root, "url"), "loc").text = site.link(page)
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
