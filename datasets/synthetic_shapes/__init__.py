"""Synthetic shapes: made pictures of animal-like silhouettes, and their masks."""
