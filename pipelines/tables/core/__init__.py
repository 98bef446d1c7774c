"""Tables of the stage core that are graphs and so are made in Python."""
