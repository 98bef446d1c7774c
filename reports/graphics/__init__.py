"""Draws small pictures as SVG at build time; colours come from the styles of the page."""
