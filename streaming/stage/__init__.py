"""What stage pages are sent, and whoever watches."""
