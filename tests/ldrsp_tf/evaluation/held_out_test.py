import numpy as np
import tensorflow as tf

from ldrsp_tf.evaluation.held_out import held_out_refined, held_out_values
from ldrsp_tf.prediction.grid_search import Selected
from ldrsp_tf.refinement import Refinement, Trajectory
from ldrsp_tf.spaces.tags import TagSpace


def _in_sample(y, truth, decoder):
    space = TagSpace()
    decided = space.decode(y, decoder, space.tune_decoder(y, truth))
    return space.example_metric(decided, truth).tolist()


def _held_out(y, truth, decoder):
    return held_out_values(TagSpace(), y, truth, [decoder])[decoder].tolist()


def test_a_threshold_is_tuned_without_the_rows_that_it_decides():
    truth = np.array([[1.0], [1.0], [1.0], [1.0], [0.0]])
    y = np.array([[0.6], [0.6], [0.6], [0.6], [0.55]])
    # A threshold of 0.56 is right for all rows. Without the last, it is 0.5.
    assert _in_sample(y, truth, "tuned") == [1.0] * 5
    assert _held_out(y, truth, "tuned") == [1.0] * 4 + [0.0]


def test_the_odds_of_no_tags_are_calibrated_without_the_rows_that_they_decide():
    truth = np.array([[1.0], [1.0], [0.0], [0.0], [0.0]])
    y = np.array([[0.6], [0.6], [0.62], [0.62], [0.62]])
    # Three rows of five without tags make none the better choice everywhere. Without
    # one of the three, the odds are those of two rows in four: a tag is likelier.
    assert _in_sample(y, truth, "plugin") == [0.0, 0.0, 1.0, 1.0, 1.0]
    assert _held_out(y, truth, "plugin") == [0.0] * 5


class _Walks:
    """A predictor whose walks of s steps end at x + s."""

    predict_batch_size = 3
    space = TagSpace()

    def walk(self, x, step_size, steps, normalized):
        outputs = tf.stack([x + float(step) for step in range(int(steps) + 1)])
        return Trajectory(outputs, tf.zeros(outputs.shape[:2]))


def _selected(values):
    """Returns a selection among as many numbers of steps, by the metrics `[C, N]`."""
    values = np.array(values)
    candidates = tuple(Refinement(0.5, steps, True) for steps in range(len(values)))
    best = int(values.mean(1).argmax())
    return Selected(candidates[best], values[best].mean(), candidates, values)


def _refined(values):
    """Returns the number of steps that each row is refined by."""
    selected = _selected(values)
    x = tf.zeros([len(values[0]), 2])
    of_all = np.full(x.shape, selected.refinement.steps, np.float32)
    outputs = held_out_refined(_Walks(), x, selected, of_all)
    np.testing.assert_array_equal(outputs[:, 0], outputs[:, 1])
    return outputs[:, 0].tolist()


def test_a_row_that_alone_decides_for_a_walk_is_refined_by_another():
    # One step is better for all rows but the last, by less than that loses.
    values = [[0.5] * 4 + [1.0] + [0.5] * 3, [0.6] * 4 + [0.0] + [0.6] * 3]
    assert _selected(values).refinement.steps == 0
    assert _refined(values) == [0.0] * 4 + [1.0] + [0.0] * 3


def test_a_walk_that_is_best_on_all_folds_refines_all_rows():
    assert _refined([[0.5] * 6, [0.6] * 6, [0.4] * 6]) == [1.0] * 6


def test_a_single_row_is_refined_by_its_own_walk():
    assert _refined([[0.1], [0.3]]) == [1.0]


def test_a_walk_that_gains_nothing_is_not_better_in_the_mean():
    # Metrics of 60 walks and 50 rows that differ by chance alone: the best walk is two
    # standard errors above the mean of all, but not on rows that did not choose it.
    rng = np.random.default_rng(0)
    chosen, held_out = [], []
    for _ in range(40):
        selected = _selected(rng.normal(size=(60, 50)))
        x = tf.zeros([50, 1])
        of_all = np.full(x.shape, selected.refinement.steps, np.float32)
        steps = held_out_refined(_Walks(), x, selected, of_all)[:, 0].astype(int)
        chosen.append(selected.metric)
        held_out.append(selected.values[steps, np.arange(50)].mean())
    assert np.mean(chosen) > 0.25
    assert abs(np.mean(held_out)) < 3 * np.std(held_out) / np.sqrt(40)
