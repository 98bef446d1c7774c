"""Draws what the database says."""
