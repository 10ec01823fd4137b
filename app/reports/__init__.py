"""Paper: rows to pages."""
