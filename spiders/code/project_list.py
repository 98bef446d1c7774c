"""Read the list of repositories that a project's governance publishes."""

from spiders.core.verdicts import check_plain

MOST_REPOSITORIES = 10_000
DEEPEST = 12


def repositories(page: bytes) -> list[str]:
    """Return the repository names of a governance projects file, in its order, each once.

    Raises ValueError if the page is no such file (a login page with status 200, say).
    """
    import yaml

    try:
        check_plain(page, "the list of repositories", DEEPEST)
        teams = yaml.load(page, Loader=yaml.CSafeLoader)
        deliverables = [d for team in teams.values() for d in (team.get("deliverables") or {}).values()]
        names = dict.fromkeys(str(name) for d in deliverables for name in d.get("repos") or ())
    except (AttributeError, TypeError, yaml.YAMLError):
        raise ValueError("the list of repositories is not a YAML mapping of teams") from None
    if not 0 < len(names) <= MOST_REPOSITORIES:
        raise ValueError(f"the list of repositories names {len(names) or 'none'}, not 1 to {MOST_REPOSITORIES}")
    return list(names)
