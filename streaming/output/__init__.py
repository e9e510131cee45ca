"""The push of a room's stage to RTMP: a process of its own."""
