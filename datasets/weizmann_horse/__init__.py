"""Weizmann horses: photographs of horses, and their masks, at 32 x 32 pixels."""
