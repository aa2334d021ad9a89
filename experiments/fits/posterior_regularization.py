"""Posterior regularization with a low rank (Ganchev et al., 2010; Lin et al., 2014).

The parameters of a classifier P and a distribution Q of the labels of all training rows
minimize

    sum_ij KL(Q_ij || P_ij) + tau ||Q||_* + lambda ||Q||_1,   Q_ij = 1 where Y_ij = 1,

in turn. Labels that are not observed (Y_ij = 0) are unknown rather than absent. For
fixed P the problem is convex, and since ||Q||_* is the maximum of <S, Q> over matrices
S of spectral norm 1, its dual is one over U = tau S. For fixed U the best Q is

    logit(Q) = logit(P) - lambda - U,

the form that Ganchev et al. have, and so U is found by projected gradient ascent.
"""

from typing import NamedTuple

import numpy as np

# Entropies of the labels have second derivatives of at most 1 / 4 in their logits: the
# gradient of the dual has this Lipschitz constant.
_LIPSCHITZ = 0.25


class Posterior(NamedTuple):
    """The result of an E-step.

    Attributes:
      q: The probabilities Q, `[N, L]`; 1 where a label is observed.
      gap: The most by which the objective of `q` exceeds the smallest one.
    """

    q: np.ndarray
    gap: float


def singular_value_threshold(matrix: np.ndarray, threshold: float) -> np.ndarray:
    """Returns the matrix with its singular values lowered by `threshold`, at most to 0.

    It minimizes threshold ||Z||_* + ||Z - matrix||^2 / 2 over Z (Cai et al., 2010). The
    singular vectors on the shorter side are those of the Gram matrix.

    Args:
      matrix: A matrix `[N, L]`.
      threshold: A number from 0 on.
    """
    if len(matrix) < matrix.shape[1]:
        return singular_value_threshold(matrix.T, threshold).T
    values, vectors = _right_singular(matrix)
    # Directions with a value of 0 stay 0 whatever their factor.
    factors = np.maximum(values - threshold, 0) / np.maximum(values, 1e-30)
    return matrix @ ((vectors * factors) @ vectors.T).astype(matrix.dtype)


def nuclear_norm(matrix: np.ndarray) -> float:
    """Returns the sum of a matrix's singular values.

    Args:
      matrix: A matrix `[N, L]`.
    """
    tall = matrix if len(matrix) >= matrix.shape[1] else matrix.T
    return float(_right_singular(tall)[0].sum())


def _right_singular(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns singular values `[L]` and right singular vectors `[L, L]`."""
    squares, vectors = np.linalg.eigh((matrix.T @ matrix).astype(np.float64))
    return np.sqrt(np.maximum(squares, 0)), vectors


def e_step(
    logits: np.ndarray,
    observed: np.ndarray,
    nuclear_weight: float,
    sparsity_weight: float,
    tolerance: float = 1e-4,
    max_steps: int = 100,
) -> Posterior:
    """Returns the probabilities Q that are best for the classifier's logits.

    Args:
      logits: The classifier's logits, logit(P), `[N, L]`.
      observed: The observed labels Y, `[N, L]`, 0 or 1.
      nuclear_weight: The weight tau of the nuclear norm.
      sparsity_weight: The weight lambda of the sum of all probabilities.
      tolerance: The gap, as a share of tau ||Q||_*, that ends the ascent.
      max_steps: The largest number of steps of the ascent.
    """
    certain = observed.astype(bool)
    lowered = logits - np.asarray(sparsity_weight, logits.dtype)

    def best(dual: np.ndarray | float) -> np.ndarray:
        return np.where(certain, 1, sigmoid(lowered - dual)).astype(logits.dtype)

    if nuclear_weight == 0:
        return Posterior(best(0.0), 0.0)
    dual = ahead = np.zeros_like(logits)
    momentum = 1.0
    for _ in range(max_steps):
        # Accelerated as by Beck & Teboulle (2009). The projection on spectral norms up
        # to tau takes away what the threshold leaves.
        risen = ahead + best(ahead) / logits.dtype.type(_LIPSCHITZ)
        previous, dual = dual, risen - singular_value_threshold(risen, nuclear_weight)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = dual + logits.dtype.type((momentum - 1) / following) * (dual - previous)
        momentum = following
        q = best(dual)
        penalty = nuclear_weight * nuclear_norm(q)
        gap = penalty - float(np.vdot(dual, q))
        if gap <= tolerance * penalty:
            break
    return Posterior(q, gap)


def cross_entropy(q: np.ndarray, logits: np.ndarray) -> float:
    """Returns -sum (Q log P + (1 - Q) log(1 - P)).

    Args:
      q: Probabilities, `[N, L]`.
      logits: The logits of P, `[N, L]`.
    """
    return float((np.logaddexp(0, logits) - q * logits).sum(dtype=np.float64))


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Returns probabilities of logits; none overflows."""
    return (1 + np.tanh(logits / 2)) / 2


class LinearState(NamedTuple):
    """A linear classifier and the sums of squared gradients of Adagrad.

    Attributes:
      kernel: The weights `[F, L]`.
      bias: The biases `[L]`.
      kernel_squares: The sums for the weights, `[F, L]`.
      bias_squares: The sums for the biases, `[L]`.
    """

    kernel: np.ndarray
    bias: np.ndarray
    kernel_squares: np.ndarray
    bias_squares: np.ndarray

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Returns the logits `[N, L]` of features `[N, F]`."""
        return x @ self.kernel + self.bias


def m_step(
    state: LinearState,
    x: np.ndarray,
    q: np.ndarray,
    orders: np.ndarray,
    *,
    l2_weight: float,
    learning_rate: float,
    batch_size: int,
) -> LinearState:
    """Returns the classifier after epochs of Adagrad (Duchi et al., 2011).

    The loss of a row is its cross-entropy, summed over labels, plus l2 / 2 ||W||^2.

    Args:
      state: The classifier to start from.
      x: Features, `[N, F]`, in single precision.
      q: The probabilities to learn, `[N, L]`.
      orders: The order of the rows in each epoch, `[epochs, N]`.
      l2_weight: The weight of the squared norm, per row.
      learning_rate: The learning rate.
      batch_size: The number of rows of a batch.
    """
    kernel, bias, kernel_squares, bias_squares = (part.copy() for part in state)
    for order in orders:
        for begin in range(0, len(order), batch_size):
            rows = order[begin : begin + batch_size]
            inputs = x[rows]
            error = (sigmoid(inputs @ kernel + bias) - q[rows]) / np.float32(len(rows))
            gradient = inputs.T @ error
            gradient += np.float32(l2_weight) * kernel
            _descend(kernel, kernel_squares, gradient, learning_rate)
            _descend(bias, bias_squares, error.sum(0), learning_rate)
    return LinearState(kernel, bias, kernel_squares, bias_squares)


def _descend(
    weights: np.ndarray, squares: np.ndarray, gradient: np.ndarray, rate: float
) -> None:
    """Does one step of Adagrad in place."""
    squares += gradient**2
    gradient /= np.sqrt(squares)
    gradient *= np.float32(rate)
    weights -= gradient
