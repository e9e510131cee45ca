"""Who speaks next and what: the director of a room, sans I/O."""
