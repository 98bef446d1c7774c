"""Computes pop-1.0 from monthly counts with pure functions: levels, noise, scores, places, pairs, movement, audit."""
