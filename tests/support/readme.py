"""Give the README of the project."""

from pipelines.folders import CHECKOUT

README = (CHECKOUT / "README.md").read_text()
