"""A probe: every source is asked once, and what comes is compared with what we assume."""
