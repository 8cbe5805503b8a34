"""The therapist's page: a person's firing order, checked in the browser; local and private."""
