"""The service as its next version might be: one column and one index more."""
