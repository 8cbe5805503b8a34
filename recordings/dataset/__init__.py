"""Recordings kept as research data: a BIDS dataset with BDF+ files and all that stands beside them."""
