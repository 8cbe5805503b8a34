"""File formats, one or a few files for each; `recordings.open` chooses among them."""
