"""What the law says: pure functions over columns of whole numbers."""
