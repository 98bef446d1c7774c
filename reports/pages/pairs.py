"""Which two communities have a page of their own, and its address."""


def path_of(one: str, other: str) -> str:
    """Return the address of the comparison of two communities, seen from a page of a folder."""
    return f"../compare/{'-'.join(sorted((one, other)))}.html"
