"""Spiders of git repositories and of files about them."""
