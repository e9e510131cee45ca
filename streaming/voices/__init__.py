"""Engines that speak, one file each. Only `streaming.voice_stack` and the composition root choose among them.

Nothing is imported here: the worker programs start through this package and must start fast.
"""
