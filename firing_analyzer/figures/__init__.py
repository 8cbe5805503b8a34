"""The drawings behind `firing_analyzer.plots`: one picture a file."""
