"""Floor 3: what we decide and do."""
