"""The decisions with the largest expected F1 under a known joint distribution."""

import numpy as np


def best_decisions(sets: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Returns the label sets with the largest expected F1 of each row.

    The best set of k labels has the k labels with the largest sum over s of
    P(y_i = 1, |y| = s) / (s + k) (Dembczynski et al. 2011, "An exact algorithm for
    F-measure maximization").

    Args:
      sets: The K label sets that a row can have, none of them empty, `[K, L]` of 0/1.
      probabilities: Their probabilities in each row, `[N, K]`.

    Returns:
      The decisions, `[N, L]` of 0 and 1, int64.
    """
    sizes = sets.sum(axis=1)
    found = np.unique(sizes)
    # P(y_i = 1, |y| = s), [N, L, S].
    parts = [probabilities[:, sizes == size] @ sets[sizes == size] for size in found]
    joint = np.stack(parts, axis=-1)
    decided = np.zeros(joint.shape[:2], np.int64)
    best = np.full(len(decided), -np.inf)
    for number in range(1, sets.shape[1] + 1):
        weights = joint @ (2 / (found + number))  # [N, L]
        chosen = np.argsort(-weights, axis=1, kind="stable")[:, :number]
        value = np.take_along_axis(weights, chosen, axis=1).sum(axis=1)
        is_better = value > best
        candidate = np.zeros_like(decided)
        np.put_along_axis(candidate, chosen, 1, axis=1)
        decided[is_better] = candidate[is_better]
        best = np.maximum(best, value)
    return decided


def expected_f1(
    decided: np.ndarray, sets: np.ndarray, probabilities: np.ndarray
) -> np.ndarray:
    """Returns the expected F1 of the decision of each row, `[N]`.

    Args:
      decided: The decisions, `[N, L]` of 0 and 1.
      sets: The K label sets that a row can have, none of them empty, `[K, L]` of 0/1.
      probabilities: Their probabilities in each row, `[N, K]`.
    """
    both = decided.astype(np.float64) @ sets.T
    sizes = decided.sum(axis=1)[:, None] + sets.sum(axis=1)
    return (probabilities * 2 * both / sizes).sum(axis=1)
