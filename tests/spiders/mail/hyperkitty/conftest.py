"""The real HyperKitty from the package index, with a mailbox imported, visited over HTTP by the real spider.

Runs where STACKRANK_HYPERKITTY names a folder for a virtual environment, which is made on first use.
"""

import mailbox
import os
import shutil
import subprocess
import time
import venv
from datetime import timedelta
from pathlib import Path

import pytest
from support.hyperkitty import KEY, LIST, OLD, PACKAGES, SETTINGS, environment, letters, serving

from flows.collect import collect
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders

FOLDER = os.environ.get("STACKRANK_HYPERKITTY")


@pytest.fixture(scope="session")
def python():
    """Return the Python that has HyperKitty."""
    if not FOLDER:
        pytest.skip("STACKRANK_HYPERKITTY names no folder to install HyperKitty in")
    folder = Path(FOLDER)
    python, done = folder / "bin/python", folder / "installed"
    if done.exists() and done.read_text() == " ".join(PACKAGES):
        return python
    venv.create(folder, with_pip=True)
    command = [python, "-m", "pip", "install", "--quiet", *PACKAGES]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"HyperKitty cannot be installed here: {installed.stderr.splitlines()[-1]}")
    (folder / "empty.sqlite").unlink(missing_ok=True)
    done.write_text(" ".join(PACKAGES))
    return python


@pytest.fixture(scope="session")
def archive(python, tmp_path_factory):
    """Serve a HyperKitty that has imported the letters; yield its url, and the folder of its database."""
    folder = tmp_path_factory.mktemp("hyperkitty")
    (folder / "settings.py").write_text(SETTINGS)
    box = mailbox.mbox(folder / "mail.mbox")
    for mail in letters():
        box.add(mail)
    box.flush()

    def manage(*arguments):
        command = [python, "-m", "django", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    empty = Path(FOLDER) / "empty.sqlite"
    if not empty.exists():  # its 150 migrations take longer than all else here
        manage("migrate", "--verbosity", "0")
        shutil.copy(folder / "mail.sqlite", empty)
    shutil.copy(empty, folder / "mail.sqlite")
    imported = ("hyperkitty_import", "-l", LIST, "--no-sync-mailman", "--since", "2000-01-01", "--ignore-mtime")
    manage(*imported, "mail.mbox")
    with serving(python, folder) as url:
        yield url


@pytest.fixture(scope="session")
def nights(archive, tmp_path_factory):
    """Two nights against it; return the folders, and what was collected in each."""
    top = tmp_path_factory.mktemp("nights")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(
        'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2005-01-01\n\n[[sources]]\nname = "dev"\n'
        f'kind = "hyperkitty"\nsince = {OLD - timedelta(days=1)}\nwhy = "Invented."\naddress = "{LIST}"\n'
        f'urls = ["{archive}/archives/list/{LIST}/"]\n'
    )
    (birds,) = load_catalogue(where.communities)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_KEY", KEY)
        first = collect(where, birds.sources)
        time.sleep(1)  # visits are noted to the second
        return where, first, collect(where, birds.sources)
