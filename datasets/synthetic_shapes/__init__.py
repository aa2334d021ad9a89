"""Synthetic shapes: generated pictures of animal-like silhouettes, and masks."""
