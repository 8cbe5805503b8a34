"""What was measured, and how it is kept: types, file formats, synthetic people."""
