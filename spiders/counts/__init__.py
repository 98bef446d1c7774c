"""Spiders of dated counts that others publish."""
