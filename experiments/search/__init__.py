"""Hyper-parameter search of a method on a task, by Optuna.

`plan` is the question, `study` proposes and records, `trials` measures a proposal on
validation rows. May import `runs` and below.
"""
