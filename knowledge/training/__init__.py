"""Training of the built-in encoder: `python -m knowledge.training --help`. The product never imports it."""
