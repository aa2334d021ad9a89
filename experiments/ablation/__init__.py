"""Ablations of `ldrsp_cross`: the plan, the runs that are missing, the table.

May import `reports` and below.
"""
