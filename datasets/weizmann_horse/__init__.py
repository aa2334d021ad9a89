"""Weizmann horses: photographs of horses and their masks, 32 x 32 pixels."""
