"""What a person does: one file, one verb, one voucher."""
