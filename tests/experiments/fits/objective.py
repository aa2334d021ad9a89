"""The objective of posterior regularization by its formula."""

import numpy as np
from scipy.special import expit, rel_entr


def posterior_objective(q, logits, nuclear_weight, sparsity_weight):
    """Returns sum KL(Q || P) + tau ||Q||_* + lambda ||Q||_1, which E-steps minimize."""
    q, logits = (np.asarray(part, np.float64) for part in (q, logits))
    divergence = rel_entr(q, expit(logits)) + rel_entr(1 - q, expit(-logits))
    norm = np.linalg.norm(q, "nuc")
    return float(divergence.sum() + nuclear_weight * norm + sparsity_weight * q.sum())
