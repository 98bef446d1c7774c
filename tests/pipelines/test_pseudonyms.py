"""Names and addresses become keyed fingerprints: what is folded, what is kept apart, where the key lives."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.privacy import key_file
from pipelines.privacy.pseudonyms import (
    Fingerprints,
    KeyRefusedError,
    Pseudonyms,
    domain,
    fold_address,
    fold_name,
    redact,
)

KEY = bytes(range(32))
CHECKOUT = Path(__file__).resolve().parents[2]
SPELLINGS = ("address_exact_key", "name_exact_key")


@pytest.fixture
def keyed() -> Pseudonyms:
    return Pseudonyms(KEY)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Jane Invented", "jane invented"),
        ("JANE INVENTED", "jane invented"),
        ("  Jane \t Invented ", "jane invented"),
        ('"Jane Invented"', "jane invented"),
        ("'Jane Invented'", "jane invented"),
        ("José Núñez", "jose nunez"),
        ("Jose\u0301 Nu\u0301n\u0303ez", "jose nunez"),
        ("Ｊａｎｅ　Ｉｎｖｅｎｔｅｄ", "jane invented"),
        ("Jane\u00a0Invented", "jane invented"),
        ("Jane\u200bInvented", "jane invented"),
        ("Straße", "strasse"),
        ("山田 太郎", "山田 太郎"),
        ("O'Neill", "o'neill"),
        (" \t", ""),
        ('""', ""),
    ],
)
def test_names_are_folded(written, folded):
    assert fold_name(written) == folded


def test_marks_that_are_letters_of_their_script_stay():
    assert fold_name("が") != fold_name("か")
    assert fold_name("กิ") != fold_name("กา")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Jane@Example.ORG", "jane@example.org"),
        (" <jane@example.org> ", "jane@example.org"),
        ("mailto:jane@example.org", "jane@example.org"),
        ("jane at example.org", "jane@example.org"),
        ("jane at example dot org", "jane@example.org"),
        ("jane (at) example (dot) org", "jane@example.org"),
        ("jane(at)example.org", "jane@example.org"),
        ("jane[AT]example[DOT]org", "jane@example.org"),
        ("jane (a) example.org", "jane@example.org"),
        ("jane_at_example_dot_org", "jane@example.org"),
        ("jane＠example.org", "jane@example.org"),
        ("pat.matdot@example.org", "pat.matdot@example.org"),
        ("j at x@example.org", "jatx@example.org"),
        ("", ""),
    ],
)
def test_addresses_are_folded(written, folded):
    assert fold_address(written) == folded


def test_an_address_whose_letters_hold_at_and_dot_is_left_alone():
    assert fold_address("patdotat") == "patdotat"


def test_one_key_gives_one_fingerprint_and_another_key_another(keyed):
    pair = (b"Jane Invented", b"7+jane@users.noreply.github.com")
    same, other = Pseudonyms(KEY).of(*pair), Pseudonyms(KEY[::-1]).of(*pair)
    assert keyed.of(*pair) == same
    keys = [field for field in Fingerprints._fields if field.endswith("_key")]
    assert [field for field in keys if getattr(same, field) == getattr(other, field)] == []
    assert keyed.key_id == Pseudonyms(KEY).key_id != Pseudonyms(KEY[::-1]).key_id


def test_a_fingerprint_is_32_hexadecimal_digits_and_the_key_id_16(keyed):
    of = keyed.of(b"Jane", b"jane@example.org")
    assert len(bytes.fromhex(of.name_key)) == len(bytes.fromhex(of.address_exact_key)) == 16
    assert len(bytes.fromhex(keyed.key_id)) == 8
    assert keyed.key_id not in KEY.hex()


def test_two_spellings_share_the_folded_key_and_keep_their_own_exact_one(keyed):
    one = keyed.of(b"Jos\xe9 Invented", b"Jose@Example.org")
    two = keyed.of("JOSÉ  Invented".encode(), b"jose at example.org")
    assert (one.name_key, one.address_key, one.domain) == (two.name_key, two.address_key, two.domain)
    assert [field for field in SPELLINGS if getattr(one, field) == getattr(two, field)] == []


def test_the_same_text_as_name_address_and_login_does_not_collide(keyed):
    text = b"jane"
    as_name, as_login = keyed.of(text, text), keyed.of(b"", b"jane@users.noreply.github.com")
    keys = [*as_name[:2], *as_name[3:5], as_login.login_key]
    assert None not in keys
    assert len(set(keys)) == 5


@pytest.mark.parametrize(
    ("address", "login"),
    [
        (b"jane@users.noreply.github.com", b"jane"),
        (b"1234+jane@users.noreply.github.com", b"jane"),
        (b"1234+JANE@users.noreply.github.com", b"jane"),
        (b"49+made-up[bot]@users.noreply.github.com", b"made-up[bot]"),
    ],
)
def test_a_no_reply_address_tells_the_login(keyed, address, login):
    expected = keyed.of(b"", login + b"@users.noreply.github.com").login_key
    assert keyed.of(b"Jane", address).login_key == expected
    assert expected != keyed.of(b"", b"someone-else@users.noreply.github.com").login_key


@pytest.mark.parametrize(
    "address", [b"jane@example.org", b"noreply@github.com", b"jane@users.noreply.github.com.example.org", b""]
)
def test_other_addresses_tell_no_login(keyed, address):
    assert keyed.of(b"Jane", address).login_key is None


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("jane@example.org", "example.org"),
        ("jane@mail.example.co.uk", "mail.example.co.uk"),
        ("a@b@example.org", "example.org"),
        ("jane@xn--bcher-kva.example.org", "xn--bcher-kva.example.org"),
        ("jane@host.(none)", None),
        ("jane@localhost", None),
        ("jane@localhost.localdomain", None),
        ("jane@janes-laptop.local", None),
        ("jane@janes-desktop.lan", None),
        ("jane@192.0.2.7", None),
        ("jane@[192.0.2.7]", None),
        ("jane@-example.org", None),
        ("jane@example..org", None),
        ("jane@", None),
        ("@example.org", None),
        ("example.org", None),
        ("", None),
    ],
)
def test_only_a_public_host_is_kept_in_the_clear(keyed, address, host):
    assert domain(address) == host
    assert keyed.of(b"Jane", address.encode()).domain == host


@pytest.mark.parametrize(
    ("name", "words"),
    [(b"", 0), (b"jane", 1), (b"Jane Invented", 2), (b" Jane  van   Invented ", 3), (b'""', 0)],
)
def test_words_of_the_folded_name_are_counted(keyed, name, words):
    assert keyed.of(name, b"jane@example.org").name_words == words


def test_what_is_not_there_has_no_fingerprint(keyed):
    assert keyed.of(b" ", b"") == Fingerprints(None, None, 0, None, None, None, None, None, False)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("no mailbox <jane@example.org> here", "no mailbox <[address]> here"),
        ("mailto:jane@example.org,joe@example.net", "mailto:[address],[address]"),
        ("'jane@host' is unknown", "'[address]' is unknown"),
        ("https://someone:secret@example.org/x", "https://someone:[address]"),
        ("ask jane (a) example.org", "ask [address]"),
        ("ask jane[at]example[dot]org now", "ask [address] now"),
        ("jane%40example.org and jane_at_example.org", "[address] and [address]"),
        ("jane <AT> example (dot) org (closed)", "[address] (closed)"),
        ("a reason without any", "a reason without any"),
        ("looked at lists.example.org at 03:00", "looked at lists.example.org at 03:00"),
    ],
)
def test_texts_of_other_machines_lose_their_addresses(said, told):
    assert redact(said) == told


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def test_the_key_is_made_on_first_use_for_the_owner_alone_outside_the_repository(home):
    first = key_file.load(home)
    path = key_file.path(home)
    assert path == Path(home["HOME"]) / ".config/stackrank/pseudonym.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert key_file.load(home).key_id == first.key_id == Pseudonyms(bytes.fromhex(path.read_text())).key_id
    assert not key_file.path().resolve().is_relative_to(CHECKOUT)


def test_two_homes_have_two_keys(tmp_path):
    made = {key_file.load({"XDG_CONFIG_HOME": str(tmp_path / name)}).key_id for name in "ab"}
    assert len(made) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_reach_is_refused(home, mode):
    key_file.load(home)
    path = key_file.path(home)
    path.chmod(mode)
    with pytest.raises(KeyRefusedError, match="chmod 600") as refusal:
        key_file.load(home)
    assert path.read_text().strip() not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"5e5e\n", b"\xff\xfe" * 32, b"xy" * 32])
def test_a_damaged_key_file_is_refused_and_not_replaced(home, content):
    path = key_file.path(home)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyRefusedError, match="must hold 64 hexadecimal digits"):
        key_file.load(home)
    assert path.read_bytes() == content


@pytest.mark.parametrize("given", ["", "5e" * 31, "5e" * 33, "xy" * 32, "ä" * 64])
def test_a_malformed_key_is_refused_with_one_line_that_does_not_tell_it(home, given):
    with pytest.raises(KeyRefusedError) as refusal:
        key_file.load(home | {"STACKRANK_KEY": given})
    assert str(refusal.value) == "STACKRANK_KEY must hold 64 hexadecimal digits"
    assert not key_file.path(home).exists()


def test_the_key_of_the_environment_comes_first(home):
    assert key_file.load(home | {"STACKRANK_KEY": f" {KEY.hex().upper()}\n"}).key_id == Pseudonyms(KEY).key_id
    assert not key_file.path(home).exists()


def test_the_command_says_in_one_line_that_the_key_is_malformed(tmp_path):
    environment = os.environ | {"STACKRANK_KEY": "no key", "STACKRANK_DATA": str(tmp_path)}
    script = "from flows.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", script, "collect"]
    said = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert said.returncode not in (0, 3)
    assert said.stdout + said.stderr == said.stderr
    assert said.stderr.count("\n") == 1
    assert "STACKRANK_KEY must hold 64 hexadecimal digits" in said.stderr


def test_a_process_that_loses_the_race_takes_the_key_of_the_winner(home, monkeypatch):
    path = key_file.path(home)
    real = Path.hardlink_to
    monkeypatch.setattr(Path, "hardlink_to", lambda link, draft: (_win(path), real(link, draft)))
    assert key_file.load(home).key_id == Pseudonyms(KEY).key_id
    assert list(path.parent.iterdir()) == [path]


def _win(path: Path) -> None:
    path.write_text(KEY.hex())
    path.chmod(0o600)


def test_processes_that_start_together_agree_on_the_key(tmp_path):
    script = "from pipelines.privacy import key_file; print(key_file.load().key_id)"
    environment = {name: value for name, value in os.environ.items() if name != "STACKRANK_KEY"}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path)}

    def started(_: int) -> str:
        command = [sys.executable, "-c", script]
        return subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(4) as pool:
        told = set(pool.map(started, range(4)))
    assert len(told) == 1
    assert [file.name for file in (tmp_path / "stackrank").iterdir()] == ["pseudonym.key"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jane Invented", "Invented, Jane"), ("Jane Q. Invented", "jane invented"), ("Jane Invented", "INVENTED Jane")],
)
def test_a_name_in_any_order_is_one_bag(keyed, one, other):
    bags = {keyed.of(name.encode(), b"").name_bag_key for name in (one, other)}
    assert len(bags) == 1
    assert None not in bags
    assert bags != {keyed.of(b"Jane Other", b"").name_bag_key}


@pytest.mark.parametrize("name", [b"jane", b"J. Q.", b"jane q.", b""])
def test_what_has_fewer_than_two_whole_words_has_no_bag(keyed, name):
    assert keyed.of(name, b"jane@example.org").name_bag_key is None


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("root@example.org", True), ("no-reply@example.org", True), ("noreply@github.com", True),
        ("Info at example.org", True), ("jenkins@ci.example.org", True), ("ubuntu@example.org", True),
        ("root-list@example.org", True), ("dev2@example.org", True), ("rooter@example.org", False),
        ("jane@example.org", False), ("devon@example.org", False), ("infora@example.org", False), ("", False),
    ],
)  # fmt: skip
def test_addresses_of_roles_are_told(keyed, address, role):
    assert keyed.of(b"Jane Invented", address.encode()).role is role
