"""The site on this machine, and a place where the public database answers questions."""
