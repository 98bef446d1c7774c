"""Find the people of an address that is forgotten, and say how many people are left out under which key."""

from pipelines.catalogue.toml_files import WrongFileError
from pipelines.folders import Folders
from pipelines.privacy import decisions
from pipelines.warehouse.query import open_database

PEOPLE = """
select list(distinct account_key order by account_key) as accounts from core.people
semi join (from core.people where address_key = $address_key and not opted_out) using (community, person_key)
group by community, person_key order by all
"""


def find_people(where: Folders, address_key: str) -> list[list[str]]:
    """Return the accounts of each person who uses an address, as merged in the database; none without a database.

    Raises NoDatabaseError where there is one that cannot be read.
    """
    if not where.database.exists():
        return []
    with open_database(where.database) as database:
        return [row["accounts"] for row in database.ask(PEOPLE, {"address_key": address_key}).to_pylist()]


def format_people(where: Folders, key_id: str | None) -> list[str]:
    """Return a line for each key under which people are left out; `key_id` is the present key, None if unknown.

    Of a damaged file nobody can say; `find_mistake` does.
    """
    lines = []
    for key, people in sorted(decisions.people_left_out(where).items()) if not find_mistake(where) else ():
        who = f"{people} {'person' if people == 1 else 'people'} under key {key}"
        known = "" if key_id is None else ", the present one" if key == key_id else ", not the present one: no effect"
        lines.append(f"{who}{known}")
    return lines


def find_mistake(where: Folders) -> list[str]:
    """Return one line where the file of opt-outs cannot be read, and so nothing can be published; none where it can."""
    try:
        decisions.opted_out(where)
    except WrongFileError as error:
        return [str(error)]
    return []
