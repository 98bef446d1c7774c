"""A key for fingerprints, which is another one when it is turned round."""

KEY = bytes(range(32))
