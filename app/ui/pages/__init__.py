"""Pages of the workstation, one a file."""
