"""Engines that speak, one file each. Chosen by `stack` and the composition root.

Nothing is imported here: the worker programs start through this package and must start fast.
"""
