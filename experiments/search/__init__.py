"""Hyper-parameter search of a method on a task, by Optuna.

`plan` has the space and the fixed settings, `study` proposes and records, `trials`
evaluates a proposal on validation rows. May import `runs` and below.
"""
