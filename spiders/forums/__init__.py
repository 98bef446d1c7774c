"""Spiders of forums."""
