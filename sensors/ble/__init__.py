"""Bluetooth sensors: what is on the air, connections that are kept, and the source ``ble:``."""
