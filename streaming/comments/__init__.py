"""What viewers write: cleaned, grouped, ranked; and where it comes from."""
