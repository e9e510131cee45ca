"""The virtual host. Imports `connectors.base` only."""
