"""The versions of the readers, by kind: `python -m spiders.readers KIND ...` prints those of some kinds as JSON.

A unit that another version has read is read again. A reader that knows bots has the checksum of their rules in its
version. Nothing is imported here that takes long.
"""

import json
import sys
from collections.abc import Mapping
from hashlib import sha256

from pipelines.folders import RULES

BOTS_MAIL, BOTS_COMMITS = RULES / "bots-mail.toml", RULES / "bots-commits.toml"
MAIL = f"mail/4+{sha256(BOTS_MAIL.read_bytes()).hexdigest()[:8]}"
VERSIONS: Mapping[str, str] = {
    "git": f"git/4+{sha256(BOTS_COMMITS.read_bytes() + BOTS_MAIL.read_bytes()).hexdigest()[:8]}",
    "series_status": "series_status/1",
    "mailmap": "mailmap/2",
    **{kind: f"{kind}/1+{MAIL}" for kind in ("archiveorg", "mod_mbox", "mbox", "hyperkitty", "ponymail", "pipermail")},
    **{kind: f"{kind}/1" for kind in ("discourse", "askbot", "asf", "launchpad", "github", "openinfra")},
}


if __name__ == "__main__":
    print(json.dumps({kind: VERSIONS[kind] for kind in sys.argv[1:]}))
