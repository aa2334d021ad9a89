"""Processes and Ray tasks that do runs side by side.

`runner` starts commands as local processes, `ray_runner` on a Ray cluster, `cores`
divides the machine. May import `cli` alone.
"""
