"""The commands: the same operations without a window."""
