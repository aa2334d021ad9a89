"""Synthetic tags: a made multi-label data set with known dependencies."""
