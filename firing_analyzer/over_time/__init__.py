"""One person over sessions: lags, what they vary by anyway, and what goes beyond."""
