"""Квиток: charges, payments and books of housing and utilities."""

__version__ = "0.1.0"
