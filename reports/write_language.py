"""Write the pages of the language of this process into a draft; `reports.languages.processes` starts it."""

import sys
from pathlib import Path

from pipelines.folders import Folders
from reports import site
from reports.drafts import Draft
from reports.text.language import LANGUAGE, folder


def main() -> None:
    """Take the folders of data, communities, site and draft, the public address, and the languages of the site."""
    data, communities, published, draft = map(Path, sys.argv[1:5])
    where = Folders(data, communities, published)
    own = Draft(draft / folder(LANGUAGE), published / folder(LANGUAGE))
    site.write_pages(where, own, sys.argv[6:], sys.argv[5])


if __name__ == "__main__":
    main()
