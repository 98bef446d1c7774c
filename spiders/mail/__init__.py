"""Spiders and readers of mailing lists."""
