"""What the package costs, beside what the arithmetic alone would."""
