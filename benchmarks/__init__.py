"""Measurements of time and memory beside lower bounds of the arithmetic."""
