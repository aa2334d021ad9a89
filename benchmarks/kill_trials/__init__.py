"""Trials in which a process is killed and its work has to come out whole.

`benchmarks.kills` runs them. `trainings` resumes what was killed and compares it with
an undisturbed training, `writings` kills in the middle of a write over an older output.
"""
