"""Decides when: collect, then build, then report; and the command line."""
