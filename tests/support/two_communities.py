"""Two communities of invented repositories: one still lives, one has ended."""

from datetime import date

from support.builders import community, source

BIRDS, FISH = source("birds", repositories=("one", "two", "three")), source("fish", until=date(2025, 11, 30))
TWO = [community("birds", BIRDS), community("fish", FISH)]
