"""Begin a run: give it an id, set aside what cannot be used, and carry renamed sources over."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from flows import damage, storing
from pipelines.catalogue.load import keep_catalogue
from pipelines.folders import Folders
from pipelines.landing.carry_over import carry_over
from pipelines.landing.runs import begin_run
from pipelines.landing.shared_keys import TOPS
from pipelines.landing.sweep import sweep
from pipelines.landing.undeclared import find_undeclared
from pipelines.landing.visit_files import pack_visits
from pipelines.model import Community


def begin_visits(where: Folders, communities: Sequence[Community], log: Callable[[str], None]) -> str:
    """Begin work that takes long as `begin_work` does; name what was set aside now, before its summary does."""
    keep_catalogue(where)
    storing.begin(where)
    run = begin_work(where, communities, log)
    for line in damage.format_warnings(where):
        log(line)
    return run


def begin_work(where: Folders, communities: Sequence[Community], log: Callable[[str], None]) -> str:
    """Prepare the data folder for a run that holds its lock, and say what was done; return the id of the run."""
    run = begin_run()
    sweep(where)
    carried = carry_over(where, communities)
    for line in carried:
        log(line)
    for found in find_undeclared(where, communities):
        log(f"note: {found}")
    pack_visits(where.visits, datetime.now(UTC))
    storing.report_changes(where, log, TOPS if carried else ("visits/", "set-aside/"))
    return run
