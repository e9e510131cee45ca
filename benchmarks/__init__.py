"""Measurements, each a module that prints a table and writes JSON; README.md says how to read them."""
