"""Synthetic tags: generated rows with known dependencies between the tags."""
