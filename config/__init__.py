"""Floor 0: what is expected. Campaigns, units, forms, deadlines and the settings of an office. Imports nothing of ours."""
