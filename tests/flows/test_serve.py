"""`stackrank serve`: files of one folder and nothing else, to this machine's own pages only; attacked, it stays up."""

import os
import shutil

import pytest
from starlette.datastructures import Headers
from support.commands import run_here
from support.serving import serving
from support.site import published

from flows.serving.gate import is_foreign

pytestmark = pytest.mark.long
SECRET = "nobody may read this"


@pytest.fixture(scope="module")
def site(once, tmp_path_factory):
    """A copy of a site, with a secret beside it, a link that leads there, and a draft."""
    top = tmp_path_factory.mktemp("served")
    shutil.copytree(published(once).site, top / "site")
    (top / "secret.txt").write_text(SECRET)
    (top / "site" / "way-out.txt").symlink_to(top / "secret.txt")
    (top / "site" / ".draft").write_text(SECRET)
    return top / "site"


@pytest.fixture(scope="module")
def served(site):
    with serving(site) as server:
        yield server


def test_a_page_comes_with_what_keeps_it_safe_and_is_sent_again_only_when_it_has_changed(served, site):
    status, headers, body = served.get("/")
    assert (status, body) == (200, (site / "index.html").read_bytes())
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert {headers["X-Content-Type-Options"], headers["Cache-Control"]} == {"nosniff", "no-cache"}
    assert served.get("/", If_None_Match=headers["ETag"])[::2] == (304, b"")
    assert served.get("/", If_Modified_Since=headers["Last-Modified"])[::2] == (304, b"")
    os.utime(site / "index.html", (0, 0))
    assert served.get("/", If_None_Match=headers["ETag"])[::2] == (200, body)
    assert served.get("/", "HEAD")[::2] == (200, b"")


@pytest.mark.parametrize("path", [
    "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/community/../../secret.txt", "/%2e%2e%2fsecret.txt",
    "/..%5csecret.txt", "/way-out.txt", "/.draft", "/community/%2e%2e/.draft", "/data/", "/data", "/badges/",
    "//etc/passwd", "/%2fetc/passwd", "/etc/passwd", "/index.html%00.txt", "/%ff%fe",
    "/" + 300 * "a", "file:///etc/passwd", "/nowhere",
])  # fmt: skip
def test_no_other_folder_no_hidden_file_and_no_list_is_shown(served, path):
    status, _, body = served.get(path)
    assert (status, body) == (404, b"Not Found")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::1", "10.0.0.1"]
)
def test_another_host_is_refused(served, host):
    """So a page whose name begins to lead to this machine (DNS rebinding) reads nothing."""
    status, _, body = served.get("/index.html", Host=host)
    assert status == 400
    assert b"<html" not in body
    assert served.ask("select 1", Host=host)[0] == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9999", "LOCALHOST:1", "[::1]:8000"])
def test_this_machine_s_own_names_are_served(served, host):
    assert served.get("/index.html", Host=host)[0] == 200


@pytest.mark.parametrize("headers", [
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "https://127.0.0.1"}, {"Origin": "http://localhost:1"},
    {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors"},
    {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
])  # fmt: skip
def test_a_page_of_another_origin_gets_nothing(served, headers):
    assert served.get("/data/ranking.json", **headers)[0] == 403
    assert served.ask("select 1", **headers) == (403, "Pages of other origins get no answer.")


def test_a_link_from_another_page_may_be_followed_and_asks_nothing():
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert not is_foreign(Headers(link), "GET")
    assert is_foreign(Headers(link), "POST")
    assert not is_foreign(Headers({"host": "localhost:8000", "origin": "http://localhost:8000"}), "POST")


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GE T"]
)
def test_a_page_is_read_by_get_and_head_only(served, method):
    assert served.raw(f"{method} /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())[9:12] in (b"405", b"400")


@pytest.mark.parametrize("request_", [
    b"GET /" + 5_000 * b"a" + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /?" + 5_000 * b"a" + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + 300_000 * b"a" + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n", b"\x00\x16\x03\x01\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
])  # fmt: skip
def test_what_is_no_request_or_too_long_is_refused(served, request_):
    assert served.raw(request_)[9:12] in (b"400", b"414")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"sql": 1}', b'{"sql": "select 1", "form": "exe"}',
                                  b'{"sql": "select 1", "database": "/etc/passwd"}', 500_000 * b"a"])  # fmt: skip
def test_what_is_no_question_is_refused(served, body):
    assert served.get("/ask", "POST", body, Content_Type="application/json")[0] == 400


def test_a_question_is_json_that_is_posted(served):
    assert served.get("/ask")[0] == 404
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert served.get("/ask", "POST", b'{"sql": "select 1"}', Content_Type=kind)[0] == 415


def test_questions_are_answered_and_their_answers_are_not_kept(served):
    status, said = served.ask(
        "select community, rank from rankings.monthly where rank is not null order by all limit 1"
    )
    assert (status, said["answer"]["rows"]) == (200, [["alpha", 1]])
    assert served.ask("select '=1+1' as a", "csv") == (200, {"answer": "a\n'=1+1\n"})
    body = b'{"sql": "select 1"}'
    assert served.get("/ask", "POST", body, Content_Type="application/json")[1]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("sql", "problem"), [
    ("select count(*) from range(10000000) a, range(10000000) b", "over 4 s"),
    ("select length(repeat('x', 3000000000)), length(repeat('y', 3000000000)), repeat('z', 3000000000)", "memory"),
    ("from read_text('/etc/passwd')", "disabled"),
])  # fmt: skip
def test_an_attack_is_a_sentence_and_the_next_question_has_its_answer(served, sql, problem):
    status, said = served.ask(sql)
    assert status == 422
    assert problem in said["problem"]
    assert served.ask("select 42 as x")[1]["answer"]["rows"] == [[42]]


def test_without_a_site_or_with_a_port_in_use_nothing_is_served(tmp_path, site, served):
    nowhere = run_here("serve", STACKRANK_SITE=str(tmp_path))
    assert (nowhere.returncode, nowhere.stderr.startswith("not served: there is no site")) == (4, True)
    taken = run_here("serve", "--port", str(served.port), STACKRANK_SITE=str(site))
    assert (taken.returncode, "Name another: --port" in taken.stderr) == (2, True)
    assert run_here("serve", "--port", "65536").returncode == 2


def test_a_server_reads_no_key():
    """Its processes get none of our environment but where programs lie."""
    from flows.serving.asking import KEPT

    assert not any(name.startswith("STACKRANK") for name in KEPT)
    assert "HOME" not in KEPT
