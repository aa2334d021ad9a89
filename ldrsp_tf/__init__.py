"""Learning discriminators as energy networks: train, refine and measure (LDRSP)."""

__version__ = "0.1.0"
