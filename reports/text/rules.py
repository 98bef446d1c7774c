"""The rules of the method that the sentences name."""

from pipelines.ranking import method

WINDOW = 12
RULES = method.load().rules
