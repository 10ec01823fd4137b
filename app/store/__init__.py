"""The database: SQL, transactions, locks, COPY."""
