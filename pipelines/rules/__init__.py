"""Rules about the world, read from data/rules."""
