"""A package, so that the house of its tests ends with the last of them."""
