"""A database whose last month is July 2026, and the same after a night that closed its edition."""

import shutil
from datetime import date

import pytest
from support.edition_database import write_rankings
from support.editions import JULY, counts_of, night


@pytest.fixture(scope="module")
def july(tmp_path_factory):
    """A database whose last month is July."""
    top = tmp_path_factory.mktemp("july")
    write_rankings(top / "db", JULY, counts_of())
    return top


@pytest.fixture(scope="module")
def closed_july(july, tmp_path_factory):
    """The same after the night of 21 August, which closed July."""
    top = shutil.copytree(july, tmp_path_factory.mktemp("closed") / "july")
    assert night(top, date(2026, 8, 21)) == [("2026-07@1", "recomputed")]
    return top


@pytest.fixture
def top(july, tmp_path):
    return shutil.copytree(july, tmp_path / "july")


@pytest.fixture
def closed(closed_july, tmp_path):
    return shutil.copytree(closed_july, tmp_path / "july")
