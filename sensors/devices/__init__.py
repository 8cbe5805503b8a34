"""The sensors that are understood, a device a file: what it is, how it starts, what its bytes mean."""
