"""The outside world, one folder a platform. Imports nothing of ours."""
