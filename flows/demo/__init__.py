"""The demo: a server on this machine that the real nightly run visits."""
