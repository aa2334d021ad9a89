"""One run: training, selection on validation rows, one evaluation on test rows.

`pipeline` is the order of events, `stages` the trainings, `builders` makes refiners of
configurations, `finished` loads a run back. May import `fits` and below.
"""
