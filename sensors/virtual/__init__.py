"""Sensors made of software: the firmware of the devices that are understood, for tests and for trying out."""
