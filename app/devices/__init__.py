"""Cables: scanners and printers, and the simulator of each."""
