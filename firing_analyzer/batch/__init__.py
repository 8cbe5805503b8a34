"""Many recordings: one file after another or in parallel, the same tables whatever runs them."""
