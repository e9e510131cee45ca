"""The run of show: read, checked, scheduled, filled with values."""
