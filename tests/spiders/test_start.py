"""What a spider's process imports when it starts."""

import re
from pathlib import Path

import spiders
from spiders.__main__ import WITH_NUMPY

IMPORTS = re.compile(r"^\s*(?:import|from) +(?:numpy|pandas|spiders\.mail)\b", re.M)


def test_only_readers_of_mail_import_numpy_because_it_is_hidden_from_all_others():
    top = Path(spiders.__file__).parent
    modules = {".".join(("spiders", *file.relative_to(top).with_suffix("").parts)): file for file in top.rglob("*.py")}
    importing = [name for name, file in modules.items() if IMPORTS.search(file.read_text())]
    assert importing
    assert [name for name in importing if not name.startswith(WITH_NUMPY)] == []
