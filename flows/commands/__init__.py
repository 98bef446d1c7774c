"""The commands: one module each, with its help, its arguments and what it does."""
