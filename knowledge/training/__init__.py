"""Training of the built-in encoder; run by hand, never by the product. See `python -m knowledge.training --help`."""
