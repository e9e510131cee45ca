"""Where a room's comments come from besides connectors: a recording, and a room full of made-up viewers."""
