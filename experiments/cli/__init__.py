"""Parts that all commands share: start-up, flags, errors, durations, signals, Markdown.

May import nothing else of `experiments`.
"""
