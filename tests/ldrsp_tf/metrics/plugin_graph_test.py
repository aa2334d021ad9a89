import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.metrics import example_f1, plugin_decide, plugin_decode, plugin_graph

_KINDS = {
    "sparse": lambda rng, shape: rng.beta(0.05, 1.5, shape),
    "dense": lambda rng, shape: rng.beta(2.0, 1.0, shape),
    "uncertain": lambda rng, shape: rng.uniform(0.4, 0.6, shape),
    "ties": lambda rng, shape: rng.integers(0, 5, shape) / 4.0,
    "rows alike": lambda rng, shape: np.tile(rng.uniform(size=(shape[0], 1)), shape[1]),
    "tiny": lambda rng, shape: rng.uniform(0.0, 1e-9, shape),
    "zeros": lambda rng, shape: np.zeros(shape),
    "ones": lambda rng, shape: np.ones(shape),
    "nearly ones": lambda rng, shape: 1.0 - rng.uniform(0.0, 1e-6, shape),
}
_ODDS = (0.0, 1.0, 3.0, 1e6)


def _probabilities(kind, rows, labels):
    return _KINDS[kind](np.random.default_rng(0), (rows, labels)).astype(np.float32)


@pytest.mark.parametrize("kind", _KINDS)
def test_decides_as_the_numpy_decoder(kind):
    for rows, labels in ((5, 1), (7, 2), (40, 23), (1, 70)):
        p = _probabilities(kind, rows, labels)
        for odds in _ODDS:
            decided = plugin_decide(tf.constant(p), odds)
            assert decided.dtype == tf.float32
            np.testing.assert_array_equal(decided, plugin_decode(p, odds))


@pytest.mark.parametrize("odds", _ODDS)
@pytest.mark.parametrize("labels", [1, 2, 5, 8])
def test_agrees_with_all_subsets_and_outcomes(labels, odds):
    sets = (np.arange(2**labels)[:, None] >> np.arange(labels)) % 2 == 1
    f1 = example_f1(np.repeat(sets[:, None], len(sets), 1), sets)
    p = np.random.default_rng(1).beta(0.4, 0.8, (20, labels)).astype(np.float32)
    for row, decided in zip(p.astype(float), plugin_decide(p, odds).numpy()):
        outcomes = np.prod(np.where(sets, row, 1.0 - row), axis=1)
        outcomes[0] *= odds
        np.testing.assert_array_equal(decided, sets[np.argmax(f1 @ outcomes)])


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ([[-2.0, 3.0]], "take the sigmoid"),
        ([[np.nan, 0.5]], "NaN in the relaxed tags"),
        ([0.5, 0.5], r"\[B, L\] is needed"),
    ],
)
def test_other_values_are_refused_where_they_are_known(given, match):
    for kind in (tf.float32, tf.float16, tf.bfloat16):
        with pytest.raises(UsageError, match=match):
            plugin_decide(tf.constant(given, kind))


def test_of_equally_good_sets_the_smallest_and_first_is_taken():
    # {0}: 0.5 (0.75 + 0.25 * 2 / 3) = 0.458. Both: 0.125 + 0.5 * 2 / 3 = 0.458.
    np.testing.assert_array_equal(plugin_decide([[0.5, 0.25]]), [[1, 0]])
    p = [[0.0, 0.5, 0.5]]
    # None: 0.25 c. Either: 0.25 + 0.25 * 2 / 3 = 0.417. Both: 0.25 + 0.5 * 2 / 3 =
    # 0.583.
    np.testing.assert_array_equal(plugin_decide(p, 2.0), [[0, 1, 1]])
    np.testing.assert_array_equal(plugin_decide(p, 2.5), [[0, 0, 0]])
    # One label. None: c / 2. It: 1 / 2.
    np.testing.assert_array_equal(plugin_decide([[0.5]]), [[0]])
    np.testing.assert_array_equal(plugin_decide([[0.0, 0.0]], 0.0), [[0, 0]])


def test_many_rows_of_mixed_kinds_share_chunks():
    p = np.concatenate([_probabilities(kind, 70, 60) for kind in _KINDS])
    p = np.random.default_rng(2).permutation(p)
    assert len(p) > 2 * plugin_graph.ROWS
    np.testing.assert_array_equal(plugin_decide(p), plugin_decode(p))


def test_chunks_change_nothing(monkeypatch):
    p = _probabilities("sparse", 70, 30).astype(np.float64)
    odds = tf.constant(1.0, tf.float64)
    monkeypatch.setattr(plugin_graph, "ROWS", 16)
    monkeypatch.setattr(plugin_graph, "CHUNK_SIZE", 300)
    # A trace of its own, as the one of the module has the chunks that it was made with.
    decide = tf.function(plugin_graph._decide.python_function)
    np.testing.assert_array_equal(decide(tf.constant(p), odds), plugin_decode(p))


def test_no_rows():
    assert plugin_decide(tf.zeros([0, 30])).shape == (0, 30)


def test_keeps_the_static_shape_and_the_type():
    traced = []

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float64)])
    def decide(p):
        decided = plugin_decide(p, 0.5)
        traced.append((decided.shape.as_list(), decided.dtype))
        return decided

    p = _probabilities("sparse", 3, 4).astype(np.float64)
    np.testing.assert_array_equal(decide(p), plugin_decode(p, 0.5))
    assert traced == [([None, 4], tf.float64)]


def test_one_trace_serves_all_batches_labels_and_odds():
    plugin_decide(_probabilities("dense", 3, 4))
    traces = plugin_graph._decide.experimental_get_tracing_count()
    for rows, labels, odds in ((1, 4, 0.0), (5, 4, 2), (5, 9, tf.constant(0.5))):
        plugin_decide(_probabilities("dense", rows, labels), odds)
    assert plugin_graph._decide.experimental_get_tracing_count() == traces


def test_has_no_gradient():
    p = tf.constant(_probabilities("sparse", 3, 4))
    with tf.GradientTape() as tape:
        tape.watch(p)
        decided = plugin_decide(p)
    assert tape.gradient(decided, p) is None


class _Decider(tf.Module):
    def __init__(self, odds):
        super().__init__()
        self.odds = tf.Variable(odds)

    @tf.function(input_signature=[tf.TensorSpec([None, 23], tf.float32)])
    def __call__(self, probabilities):
        return plugin_decide(probabilities, self.odds)


def test_is_part_of_a_saved_model_that_needs_no_python(tmp_path):
    module = _Decider(3.0)
    signature = module.__call__.get_concrete_function()
    library = signature.graph.as_graph_def().library
    operations = {node.op for one in library.function for node in one.node_def}
    assert "TopKV2" in operations
    assert not [name for name in operations if "PyFunc" in name]
    tf.saved_model.save(module, str(tmp_path), signatures=signature)
    served = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    p = np.concatenate([_probabilities(kind, 5, 23) for kind in _KINDS])
    for rows in (len(p), 1, 0):
        (decided,) = served(tf.constant(p[:rows])).values()
        np.testing.assert_array_equal(decided, plugin_decode(p[:rows], 3.0))


def test_metrics_import_without_tensorflow():
    code = "import sys, ldrsp_tf.metrics; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
