"""The key and the hostile home that every test of this folder runs with."""

import shutil
from pathlib import Path

import pytest
from support.git import KEY

from flows.demo import places


@pytest.fixture(scope="module", autouse=True)
def keyed(tmp_path_factory):
    """Give this module its own key; let each repository say whether filters are allowed; plant a hostile home."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_KEY", KEY)
        patch.delitem(places.CONFIGURATION, "uploadpack.allowFilter")
        patch.setenv("HOME", str(home))
        plant(home, patch)
        yield home


def plant(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Leave a configuration that sends every fetch elsewhere, runs programs and gives passwords away."""
    evil = home / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {home}/pwned\n")
    evil.chmod(0o755)
    lines = (
        '[url "http://127.0.0.1:9/"]', "insteadOf = http://", "[core]", f"hooksPath = {home}/hooks",
        f"fsmonitor = {evil}", f"askPass = {evil}", f"gitProxy = {evil}",
        "[credential]", f"helper = {evil}", "[http]", "extraHeader = X-Evil: yes", "[log]", "showSignature = true",
        "[gpg]", f"program = {evil}", "[fetch]", "fsckObjects = true",
    )  # fmt: skip
    (home / ".gitconfig").write_text("\n".join(lines))
    (home / ".config/git").mkdir(parents=True)
    shutil.copy(home / ".gitconfig", home / ".config/git/config")
    (home / ".netrc").write_text("machine 127.0.0.1 login jane password invented\n")
    (home / ".netrc").chmod(0o600)
    (home / "hooks").mkdir()
    for name in ("reference-transaction", "post-merge", "pre-auto-gc"):
        shutil.copy(evil, home / "hooks" / name)
    evil_variables = {"GIT_ASKPASS": evil, "SSH_ASKPASS": evil, "GIT_PROXY_COMMAND": evil, "GIT_EXTERNAL_DIFF": evil,
                      "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.proxy",
                      "GIT_CONFIG_VALUE_0": "http://127.0.0.1:9", "GIT_DIR": home}  # fmt: skip
    for name, value in evil_variables.items():
        patch.setenv(name, str(value))
