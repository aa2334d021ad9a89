"""Images and masks of a user's own, and the decoding of pictures."""
