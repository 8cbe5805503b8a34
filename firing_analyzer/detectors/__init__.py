"""The literature's onset detectors, one a file; ``firing_analyzer.onsets`` offers them by name."""
