"""Parts that all commands share: start-up, flags, errors, durations, files.

May import nothing else of `experiments`.
"""
