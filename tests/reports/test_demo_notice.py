"""What a demo says on top of its pages, in another language: its months and the names of communities."""

import pytest

from reports.text import demo


@pytest.mark.parametrize("names", ["Alpha", "Road to Cloud", "Alpha, A for B", "July 2012 to August"])
def test_names_of_communities_are_no_months(names, monkeypatch):
    monkeypatch.setattr(demo, "LANGUAGE", "xx")
    said = demo.MEASURED.format(months=f"July 2012 to June 2013 for {names}")
    assert demo.notice_text(said) == said


def test_only_months_are_translated(monkeypatch):
    monkeypatch.setattr(demo, "LANGUAGE", "xx")
    monkeypatch.setattr(demo, "format_month", lambda month: f"{month:%Y-%m}")
    said = "May 2013 to June 2014 for Alpha, Beta; July 2012 to June 2013 for A to B"
    assert demo.notice_text(demo.MEASURED.format(months=said)) == demo.MEASURED.format(
        months="2013-05 to 2014-06 for Alpha, Beta; 2012-07 to 2013-06 for A to B"
    )
    faults = demo.FAULTS.format(faults="alpha/core waits May 2013 to June 2014")
    assert demo.notice_text(faults) == faults
