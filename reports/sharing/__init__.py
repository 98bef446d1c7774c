"""What other programs read of the site, and what other pages show of it."""
