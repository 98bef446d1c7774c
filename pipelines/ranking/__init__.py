"""The ranking: its method, and its arithmetic as pure functions: levels, noise, scores, places, pairs, movement, audit."""
