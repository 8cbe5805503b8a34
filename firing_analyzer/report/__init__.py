"""The report of one recording: what a therapist prints, keeps and gives away."""
