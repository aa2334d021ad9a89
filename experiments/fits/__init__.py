"""Fits of recipes that the library's trainer does not train, by method.

A recipe names its module (`experiments.tasks.recipes.Recipe.fit`), which has a function
`build`; a run imports it when it needs it. A module knows tasks' settings and the
library, and nothing of runs: `own_fit.OwnFit` is all that a run knows of it.
"""
