"""A community of its own with one server, for a test that visits it itself."""

from types import SimpleNamespace

import pytest
from support.counts import PAGES, catalogue

from flows.demo.counts import Counts
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders


@pytest.fixture
def alone(tmp_path):
    """A community of its own with one server; `source(kind)` is its source of a kind."""
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    with serve(tmp_path / "none") as server:
        server.counts = Counts(PAGES, server.base_url)
        catalogue(where.communities, server.base_url)
        (birds,) = (c for c in load_catalogue(where.communities) if c.slug == "birds")
        yield SimpleNamespace(
            where=where, server=server, source=lambda kind: next(s for s in birds.sources if s.kind == kind)
        )
        assert server.complaints == []
