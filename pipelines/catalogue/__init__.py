"""The catalogue: communities, sources, measures, platform facts and published figures."""
