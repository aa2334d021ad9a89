"""Predictions of a trained pair of networks: G's outputs and the refined ones.

`network_pair` joins G and D, `predictor` predicts in chunks, `unrefined` predicts
without a walk (D's own output, means), `crops` averages overlapping crops,
`grid_search` chooses step size and number of steps. May import `data` and below; it
does not depend on the training.
"""
