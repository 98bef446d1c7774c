"""What the README prints is run, and the demo is looked at as its reader would."""

import csv
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from support.commands import run_here
from support.readme import CONTRIBUTING, COOKBOOK, OPERATIONS, README, answered, block

from flows.cli import parser
from pipelines.catalogue.urls import unit_of
from pipelines.folders import CHECKOUT
from pipelines.rules import bots_commits

HISTORIES = CHECKOUT.parent / "shared" / "git"


def stackrank(*arguments: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command: questions in this process, what works on a data folder in one of its own."""
    ours = {"STACKRANK_DATA": str(data), "STACKRANK_KEY": "7a" * 32, "COLUMNS": "100", **more}
    if arguments[0] in ("sql", "status"):
        return run_here(*arguments, **ours)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("STACKRANK_", "PREFECT_"))} | ours
    command = [sys.executable, "-m", "flows.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=data.parent)


@pytest.fixture(scope="module")
def demo(canary_demo):
    """The README's first command, run once, with what it said; its people have canary names (test_canaries.py)."""
    assert "uv run stackrank demo" in block(README, "sh", "uv run stackrank demo")
    said = {name: (canary_demo / name).read_text() for name in ("stdout", "stderr")}
    return canary_demo / "data", SimpleNamespace(**said)


def test_the_demo_ends_with_the_page(demo):
    data, finished = demo
    page = data / "site" / "index.html"
    assert f"page: {page}" in finished.stdout
    (had,) = re.findall(r"^(\d+) fetched, 0 failed$", finished.stdout, re.M)
    assert int(had) > 200, "12 repositories and files, and the months of nine lists"
    text = page.read_text()
    assert "Demo: invented people and invented histories" in text
    assert text.index("Demo: invented people") < text.index("<h1>")
    assert (page.parent / "plotly.min.js").stat().st_size > 1_000_000


def test_the_demo_has_the_measured_commits_and_people_of_every_month(demo):
    """The window and the figures are read here on their own: five years up to June 2026, of Eucalyptus to 2021."""
    data, _ = demo
    figures = CHECKOUT / "data" / "history" / "measured-git.csv"
    told = {}
    for line in csv.DictReader(figures.open(encoding="utf-8")):
        newest = "2021-06" if line["community"] == "eucalyptus" else "2026-06"
        oldest = f"{int(newest[:4]) - 5}-07"
        if oldest <= line["period"] <= newest and line["metric"] in ("commits", "code_people"):
            told[line["community"], line["metric"], line["period"]] = float(line["value"])
    assert len(told) == 2 * (60 * 3 + 59)  # one month of Eucalyptus could not be measured whole
    question = (
        "select community, metric, strftime(month, '%Y-%m'), value from metrics.monthly "
        "where state = 'observed' and metric in ('commits', 'code_people')"
    )
    answered = stackrank("sql", question, "--format", "csv", data=data)
    shown = {tuple(line.split(",")[:3]): float(line.split(",")[3]) for line in answered.stdout.splitlines()[1:]}
    assert {key: shown.get(key) for key in told} == told
    talk = "select community from rankings.monthly where family = 'overall' and rank > 0"
    last = "select max(as_of) from rankings.monthly"
    ranked = stackrank("sql", f"{talk} and as_of = ({last}) order by rank", "--format", "csv", data=data)
    assert ranked.stdout.split() == ["community", "openstack", "cloudstack", "opennebula"], (
        "no other has a list that lives"
    )
    assert "July 2021 to June 2026 for CloudStack, OpenNebula, OpenStack" in (data / "site/index.html").read_text()
    releases = stackrank("sql", "select count(distinct community) from core.releases", "--format", "csv", data=data)
    assert releases.stdout.split()[-1] == "4"


def test_the_questions_of_the_readme_have_their_answers(demo):
    data, _ = demo
    asked = answered(README, "sh", "STACKRANK_DATA=data/demo")
    assert len(asked) == 2
    for command, answer in asked:
        words = shlex.split(command)
        assert stackrank("sql", words[words.index("sql") + 1], data=data).stdout == answer


def test_the_questions_of_the_cookbook_have_the_answers_of_the_demo(demo):
    data, _ = demo
    asked = [(sql, answer) for sql, answer in answered(COOKBOOK, "sql", "") if "'2018-04-29'" not in sql]
    assert len(asked) >= 24
    for sql, answer in asked:
        said = stackrank("sql", sql, data=data).stdout
        assert said.startswith(answer.removesuffix("...\n")) if answer.endswith("...\n") else said == answer, sql


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_sql_is_read_only_and_starts_without_the_large_packages(demo, form):
    data, _ = demo
    answered = stackrank("sql", "select count(*) as n from core.commits", "--format", form, data=data)
    assert answered.returncode == 0
    assert int(re.findall(r"\d+", answered.stdout)[-1]) > 5000
    refused = stackrank("sql", "create table core.x (i int)", "--format", form, data=data)
    assert refused.returncode == 2
    assert "read-only" in refused.stderr


def test_the_demo_is_never_mixed_with_real_data(demo, tmp_path):
    data, _ = demo
    for command in ("collect", "nightly"):
        refused = stackrank(command, data=data)
        assert refused.returncode == 2
        assert "belongs to the demo" in refused.stderr
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "stackrank.duckdb").write_text("precious")
    refused = stackrank("demo", data=tmp_path / "real")
    assert refused.returncode == 2
    assert (tmp_path / "real" / "stackrank.duckdb").read_text() == "precious"


def test_status_names_every_source(demo):
    data, _ = demo
    told = stackrank("status", data=data)
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("last fetched") == 24


def test_no_name_or_address_leaves_the_clones(demo, tmp_path):
    """Every invented author and committer, read from the served histories, is sought in every output."""
    data, finished = demo
    people = set()
    for bare in (data / "served").rglob("*.git"):
        log = ["git", "-C", str(bare), "log", "--all", "--format=%an%n%ae%n%cn%n%ce"]
        people |= set(subprocess.run(log, capture_output=True, text=True, check=True).stdout.splitlines())
    people = {who for who in people if " " in who or "@" in who} - {"Gerrit Code Review"}
    people -= {"openstack-infra@lists.openstack.org"}  # a machine commits under the address of a list
    machines = {re.sub("^the (?:address|name) ", "", rule["condition"]) for rule in bots_commits.rows()}
    people = {who for who in people if who.lower() not in machines}
    assert len(people) > 100
    sources = {"served", "clones", "pages"}
    outputs = [p for p in data.rglob("*") if p.is_file() and not sources & set(p.relative_to(data).parts)]
    packed = [p for p in outputs if p.suffix == ".parquet"]
    texts = [p.read_bytes() for p in outputs] + [finished.stdout.encode(), finished.stderr.encode()]
    texts += [str(pq.read_table(path).to_pydict()).encode() for path in packed]
    whole = b"\0".join(texts).lower()
    assert len(packed) > 200
    (tmp_path / "people").write_text("".join(f"{who.lower()}\n" for who in people), encoding="utf-8")
    # grep looks for a thousand names at once, which takes Python twenty seconds.
    search = ["grep", "--text", "--only-matching", "--fixed-strings", f"--file={tmp_path / 'people'}"]
    probe = f"\n<{min(people)}>".lower().encode()
    found = subprocess.run(search, input=whole + probe, capture_output=True, check=False)
    assert found.stdout.decode().splitlines() == [min(people).lower()]  # the one that was put there


def test_the_help_is_the_one_in_the_operations_guide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert block(OPERATIONS, "", "usage: stackrank") == parser().format_help()


@pytest.mark.long
def test_wrong_usage_is_said_in_one_line(tmp_path):
    assert stackrank("collect", "no/such", data=tmp_path / "d").returncode == 2
    assert stackrank("sql", "select 1", data=tmp_path / "d").stderr.startswith("there is no database at")
    (tmp_path / "nobody").mkdir()
    (tmp_path / "nobody" / "incus.toml").write_text(block(CONTRIBUTING, "toml", "Incus"))
    unpublished = stackrank("build", data=tmp_path / "d", STACKRANK_COMMUNITIES=str(tmp_path / "nobody"))
    assert unpublished.returncode == 4
    assert stackrank("demo", "--git", str(tmp_path / "nowhere"), data=tmp_path / "d").returncode == 2
    wrong = stackrank("demo", "--fault", "cut,no", data=tmp_path / "d")
    assert wrong.returncode == 2
    assert "no such fault: no (there are: slow: answers" in wrong.stderr
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "bad.toml").write_text('name = "Bad"\n')
    refused = stackrank("nightly", data=tmp_path / "d", STACKRANK_COMMUNITIES=str(tmp_path / "c"))
    assert refused.returncode == 2
    assert "bad.toml: homepage: missing" in refused.stderr


def real_catalogue(folder: Path) -> None:
    """The shipped community files with every repository turned to its recorded history."""
    folder.mkdir()
    for file in (CHECKOUT / "data" / "communities").glob("*.toml"):
        text = file.read_text().replace('why = "', 'snapshot = true\nwhy = "')
        blocks = text.split("[[sources]]")
        others = {b: b.replace("why =", "enabled = false\nwhy =") for b in blocks if 'kind = "git"' not in b}
        text = "[[sources]]".join(b if "enabled = false" in b else others.get(b, b) for b in blocks)
        for url in re.findall(r'"(git\+https://[^"{]+)"', text):
            bundle = HISTORIES / f"{unit_of(url).replace('/', '__')}.bundle"
            text = text.replace(f'"{url}"', f'"git+file://localhost{bundle}"')
        (folder / file.name).write_text(text)


YEARS = {  # non-merge commits by committer year, as counted independently of this project
    "eucalyptus/eucalyptus": {2009: 2062, 2011: 6163, 2013: 2872, 2016: 969},
    "OpenNebula/one": {2009: 417, 2011: 1737, 2013: 1900, 2016: 1579, 2020: 1346, 2025: 658},
    "openstack/nova": {2010: 1956, 2011: 6003, 2013: 3801, 2016: 3327, 2020: 945, 2025: 362},
    "openstack/swift": {2010: 512, 2013: 627, 2016: 629, 2025: 212},
    "openstack/neutron": {2011: 465, 2013: 1524, 2016: 2167, 2025: 497},
    "openstack/cinder": {2012: 305, 2013: 1179, 2016: 1793, 2025: 194},
    "openstack/glance": {2010: 84, 2013: 528, 2016: 436, 2025: 116},
    "openstack/keystone": {2011: 1244, 2013: 773, 2016: 1344, 2025: 98},
    "openstack/horizon": {2011: 852, 2013: 718, 2016: 1361, 2025: 218},
}


@pytest.mark.long
@pytest.mark.skipif(not HISTORIES.is_dir(), reason="the recorded histories are not beside this checkout")
def test_the_real_histories_give_the_numbers_of_the_readme(tmp_path):
    real_catalogue(tmp_path / "c")
    data, where = tmp_path / "d", {"STACKRANK_COMMUNITIES": str(tmp_path / "c")}
    collected = stackrank("collect", data=data, **where)
    assert collected.returncode == 0, collected.stderr
    assert stackrank("build", data=data, **where).returncode == 0
    for file in (data / "observations").rglob("*.parquet"):
        unit = f"{file.parent.name}/{file.stem}"
        clone = next((data / "clones").rglob(f"{unit}.git"))
        counts = [["git", "-C", str(clone), "rev-list", "--count", *merges, "refs/stackrank/head"]
                  for merges in ((), ("--no-merges",))]  # fmt: skip
        every, plain = (int(subprocess.run(c, capture_output=True, text=True, check=True).stdout) for c in counts)
        parents = pq.read_table(file, columns=["parents"])["parents"].to_pylist()
        assert (len(parents), sum(n < 2 for n in parents)) == (every, plain), unit
    years = stackrank("sql", "select repository, year(committed_at), count(*) from core.commits "
                      "where parents < 2 group by all", "--format", "csv", data=data, **where)  # fmt: skip
    counted = {tuple(line.split(",")[:2]): int(line.split(",")[2]) for line in years.stdout.splitlines()[1:]}
    for repository, known in YEARS.items():
        assert {year: counted[repository, str(year)] for year in known} == known, repository
    shown = stackrank("sql", 'select name, "index" from rankings.monthly join raw.communities using (community) '
                      "where as_of in ('2013-06-01', '2026-06-01') and family = 'code' and rank is not null "
                      "order by as_of desc, rank",
                      "--format", "csv", data=data, **where)  # fmt: skip
    printed = re.findall(r"^\| \d(?:st|nd|rd|th) \| ([\w ]+) \| ([\d.]+) \|", README, re.M)
    ours = [line.split(",") for line in shown.stdout.splitlines()[1:]]
    assert [(name, f"{float(index):.3g}") for name, index in ours] == printed
