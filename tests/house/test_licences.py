"""The licences of all packages: each one is listed, as the package states it, and goes together with Apache-2.0."""

import json
import os
import re
import shlex
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, metadata

import pytest
from support.readme import CONTRIBUTING
from support.repository import HOUSE

LISTED = tomllib.loads((HOUSE / "data/licences.toml").read_text(encoding="utf-8"))
LICENCES = {name: licence for group in LISTED.values() for name, licence in group.items()}
COMPATIBLE = {
    "0BSD", "Apache-2.0", "Artistic-1.0-Perl", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT",
    "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "ZPL-2.1", "Zlib",
}  # fmt: skip
"""They let a program under Apache-2.0 import the package and be passed on without a condition on its own code."""


def is_compatible(expression: str) -> bool:
    """Tell whether an SPDX expression leaves a choice in which every licence is compatible."""
    words = {"AND": "and", "OR": "or"}
    return eval(re.sub(r"[\w.-]+", lambda word: words.get(word[0], str(word[0] in COMPATIBLE)), expression))


def bill_of_materials(*more: str) -> dict:
    """Return what the documented command writes, from the lock as it is and without the network."""
    if not (HOUSE / "uv.lock").exists():
        pytest.skip("there is no uv.lock: uv has not installed this environment")
    (line,) = re.findall(r"^uv export .*cyclonedx.*$", CONTRIBUTING, re.M)
    program, *words = shlex.split(line)
    plain = [word for word in words[: words.index("--output-file")] if not (more and word == "--no-dev")]
    command = [os.environ.get("UV", program), *plain, *more, "--frozen", "--offline", "--quiet"]
    return json.loads(subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True).stdout)


def named(bill: dict) -> set[str]:
    return {component["name"] for component in bill["components"]} - {"stackrank"}


def test_the_bill_of_materials_names_each_package_of_a_run_with_its_version_and_the_list_its_licence():
    bill = bill_of_materials()
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "stackrank")
    assert all(component["version"] and component["purl"] for component in bill["components"])
    assert named(bill) == set(LISTED["run"])


def test_the_list_names_each_package_of_development():
    assert named(bill_of_materials("--all-groups")) == set(LICENCES)


def test_each_licence_is_the_one_that_the_package_states():
    other = {}
    for name, licence in LICENCES.items():
        try:
            stated = metadata(name).get("License-Expression")
        except PackageNotFoundError:  # of another system or version of Python
            continue
        if stated not in (None, licence):
            other[name] = stated
    assert other == {}


def test_each_licence_can_be_combined_with_ours():
    assert [name for name, licence in LICENCES.items() if not is_compatible(licence)] == []
    assert not is_compatible("GPL-3.0-only")
    assert not is_compatible("MIT AND GPL-3.0-only")
    assert is_compatible("MPL-2.0 AND (GPL-3.0-only OR MIT)")
