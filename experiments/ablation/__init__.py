"""Ablations: the studies, the runs that are missing, the table.

May import `reports` and below.
"""
