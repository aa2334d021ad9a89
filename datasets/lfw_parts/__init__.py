"""LFW Part Labels: photographs of faces and masks of their hair and skin."""
