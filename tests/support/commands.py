"""Run commands of stackrank in this process, where the promise is not about processes: a start costs half a second."""

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace

import pytest

from flows.cli import main


def run_here(*arguments, **environment):
    """Return exit status and texts of a command, as a finished process has them; only `environment` is ours."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith(("STACKRANK_", "PREFECT_"))]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            status = main(arguments)
        except SystemExit as ended:  # argparse ends so
            status = ended.code
    return SimpleNamespace(returncode=status, stdout=out.getvalue(), stderr=err.getvalue())
