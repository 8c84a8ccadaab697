"""Floor 2: what is on record. All SQL and all files of the home folder. No network."""
