import numpy as np
import pytest

from experiments.fits.posterior_regularization import (
    LinearState,
    cross_entropy,
    e_step,
    m_step,
    nuclear_norm,
    sigmoid,
    singular_value_threshold,
)
from tests.experiments.fits.objective import posterior_objective

_RANDOM = np.random.default_rng(0)


def logits_and_tags(rows=12, labels=5):
    logits = _RANDOM.normal(-1.0, 1.5, (rows, labels))
    return logits, _RANDOM.random((rows, labels)) < 0.3


def test_singular_values_of_a_diagonal_are_lowered():
    lowered = singular_value_threshold(np.diag([5.0, 3.0, 1.0]), 2.0)
    np.testing.assert_allclose(lowered, np.diag([3.0, 1.0, 0.0]), atol=1e-12)


def test_a_matrix_of_rank_1_is_scaled():
    # Its singular value is 5 * 13.
    matrix = np.outer([3.0, 4.0], [5.0, 12.0, 0.0])
    lowered = singular_value_threshold(matrix, 13.0)
    np.testing.assert_allclose(lowered, matrix * 52 / 65, atol=1e-10)
    assert nuclear_norm(matrix) == pytest.approx(65.0)
    assert not singular_value_threshold(matrix, 66.0).any()


@pytest.mark.parametrize("shape", [(7, 4), (4, 7)])
def test_a_threshold_is_the_proximal_point_of_the_nuclear_norm(shape):
    matrix = _RANDOM.normal(size=shape)
    point = singular_value_threshold(matrix, 0.8)
    # The difference is 0.8 times a subgradient of the norm.
    subgradient = (matrix - point) / 0.8
    assert np.linalg.norm(subgradient, 2) <= 1 + 1e-9
    assert np.vdot(subgradient, point) == pytest.approx(nuclear_norm(point))


def test_the_nuclear_norm_is_that_of_numpy():
    matrix = _RANDOM.normal(size=(4, 9))
    assert nuclear_norm(matrix) == pytest.approx(np.linalg.norm(matrix, "nuc"))


def test_without_weights_q_is_p_with_the_observed_tags():
    logits, tags = logits_and_tags()
    posterior = e_step(logits, tags, 0.0, 0.0)
    expected = np.where(tags, 1.0, 1 / (1 + np.exp(-logits)))
    np.testing.assert_allclose(posterior.q, expected, rtol=1e-12)
    assert posterior.gap == 0


def test_the_sum_lowers_every_logit_by_its_weight():
    # Odds of 1 become odds of 1 / 2.
    q = e_step(np.zeros((1, 2)), np.array([[0, 1]]), 0.0, np.log(2.0)).q
    np.testing.assert_allclose(q, [[1 / 3, 1.0]])


def test_the_norm_of_one_number_lowers_its_logit_too():
    q = e_step(np.zeros((1, 1)), np.zeros((1, 1)), np.log(2.0), 0.0, 1e-9).q
    np.testing.assert_allclose(q, [[1 / 3]], rtol=1e-4)


def test_the_norm_of_one_row_is_its_length():
    logits = np.array([[0.5, -1.0, 2.0]])
    q = e_step(logits, np.zeros((1, 3)), 0.7, 0.2, 1e-9, 1000).q
    found = np.log(q / (1 - q))
    np.testing.assert_allclose(
        found, logits - 0.2 - 0.7 * q / np.linalg.norm(q), atol=1e-3
    )


@pytest.mark.parametrize("nuclear_weight", [0.3, 3.0, 30.0])
def test_an_e_step_minimizes_the_objective_up_to_its_gap(nuclear_weight):
    logits, tags = logits_and_tags()
    posterior = e_step(logits, tags, nuclear_weight, 0.1)
    q = posterior.q
    assert ((q > 0) & (q <= 1)).all()
    assert (q[tags] == 1).all()

    def objective(q):
        return posterior_objective(q, logits, nuclear_weight, 0.1)

    lowest = objective(q) - posterior.gap - 1e-9
    assert posterior.gap <= 1e-3 * objective(q)
    others = [np.where(tags, 1.0, sigmoid(logits))]
    for size in (1e-3, 0.1, 1.0):
        moved = np.log(q / (1.0 + 1e-12 - q)) + size * _RANDOM.normal(size=q.shape)
        others.append(np.where(tags, 1.0, sigmoid(moved)))
    assert all(objective(other) >= lowest for other in others)
    # It is better than the classifier's own probabilities, not only as good.
    assert objective(q) < objective(others[0])


def test_a_heavier_norm_leaves_a_smaller_one():
    logits, tags = logits_and_tags()
    norms = [nuclear_norm(e_step(logits, tags, w, 0.0).q) for w in (0.0, 1.0, 10.0)]
    assert norms == sorted(norms, reverse=True)
    assert norms[0] > norms[-1] + 0.1


def test_the_objective_of_probabilities_of_one_half():
    # KL(1/2 || 1/4) = log 2 - log(3) / 2; [1/2 1/2] has the singular value 0.5 ** 0.5.
    q, logits = np.full((1, 2), 0.5), np.full((1, 2), -np.log(3.0))
    divergence = 2 * (np.log(2.0) - np.log(3.0) / 2)
    assert cross_entropy(q, logits) == pytest.approx(divergence + 2 * np.log(2.0))
    assert posterior_objective(q, logits, 2.0, 3.0) == pytest.approx(
        divergence + 2.0 * 0.5**0.5 + 3.0
    )


def test_one_step_of_adagrad_by_hand():
    parts = np.array([[1.0]]), np.array([0.0]), np.array([[0.1]]), np.array([0.1])
    state = LinearState(*(part.astype(np.float32) for part in parts))
    x, q = np.array([[0.0]], np.float32), np.array([[1.0]], np.float32)
    after = m_step(
        *(state, x, q, np.array([[0]])), l2_weight=0.2, learning_rate=0.5, batch_size=1
    )
    # P is 1/2: the bias has a gradient of -1/2, the weight 0.2 of itself.
    assert after.bias[0] == pytest.approx(0.5 * 0.5 / (0.1 + 0.25) ** 0.5)
    assert after.kernel[0, 0] == pytest.approx(1 - 0.5 * 0.2 / (0.1 + 0.04) ** 0.5)
    assert after.kernel_squares[0, 0] == pytest.approx(0.14)
    assert state.bias[0] == 0  # The old one is as it was.


def test_an_m_step_lowers_the_cross_entropy():
    x = _RANDOM.integers(0, 2, (40, 6)).astype(np.float32)
    q = sigmoid(x[:, :3] * 4 - 2)
    shapes = (6, 3), (3,)
    state = LinearState(
        *(np.zeros(shape, np.float32) for shape in shapes),
        *(np.full(shape, 0.1, np.float32) for shape in shapes),
    )
    orders = np.tile(np.arange(40), (100, 1))
    after = m_step(
        *(state, x, q, orders), l2_weight=0.0, learning_rate=0.1, batch_size=16
    )
    entropy = cross_entropy(q, x[:, :3] * 4 - 2)
    before = cross_entropy(q, state.logits(x)) - entropy
    assert 0 < cross_entropy(q, after.logits(x)) - entropy < 0.3 * before
