"""Processes and Ray tasks that execute runs in parallel.

`runner` starts commands as local processes, `ray_runner` on a Ray cluster, `cores`
divides the machine among them. May import `cli` alone.
"""
