import json
import os

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import DivergenceError, TrainingError
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.training.folder_lock import claim_folder

_LABELS = 5


def _interrupted(record):
    raise KeyboardInterrupt


@pytest.fixture
def resumable(make_refiner, few_samples):
    """Makes a refiner with dropout and every source of samples."""
    return lambda: make_refiner(
        MLP(_LABELS, (6,), hidden_dropout=0.25),
        discriminator=EnergyNetwork(_LABELS, (4,)),
        settings=few_samples(source_shares=(0.3, 0.3, 0.4)),
    )


@pytest.fixture
def fit_in(resumable, tags):
    """Fits a new refiner in a folder."""

    def fit(folder, on_epoch_end=lambda record: None):
        refiner = resumable()
        refiner.fit(tags, 0.5, epochs=3, folder=folder, on_epoch_end=on_epoch_end)
        return refiner

    return fit


def _records(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    for record in records:
        del record["seconds"]
    return records


@pytest.mark.slow
def test_an_interrupted_training_ends_like_an_undisturbed_one(
    fit_in, tmp_path, values, assert_identical, eagerly
):
    undisturbed = fit_in(tmp_path / "one")
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fit_in(tmp_path / "two", _interrupted)
    resumed = fit_in(tmp_path / "two")
    assert_identical(
        values(resumed.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert _records(tmp_path / "two") == _records(tmp_path / "one")
    assert len(_records(tmp_path / "two")) == 3
    assert resumed.refinement == undisturbed.refinement
    assert resumed.decoder_params == undisturbed.decoder_params


@pytest.mark.parametrize("in_folder", [False, True])
def test_a_call_that_was_interrupted_may_be_made_again(
    in_folder, resumable, tags, tmp_path, values, assert_identical, eagerly
):
    undisturbed, refiner = resumable(), resumable()
    undisturbed.fit(tags, 0.5, epochs=3, validation_freq=3)
    folder = tmp_path if in_folder else None
    # No epoch has been validated yet, so there is no checkpoint.
    with pytest.raises(KeyboardInterrupt):
        refiner.fit(
            tags,
            0.5,
            epochs=3,
            validation_freq=3,
            folder=folder,
            on_epoch_end=_interrupted,
        )
    refiner.fit(tags, 0.5, epochs=3, validation_freq=3, folder=folder)
    assert_identical(
        values(refiner.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert refiner.refinement == undisturbed.refinement


def test_a_shuffled_dataset_resumes(resumable, tags, tmp_path, eagerly):
    dataset = tf.data.Dataset.from_tensor_slices(tags).shuffle(24)
    with pytest.raises(KeyboardInterrupt):
        resumable().fit(
            dataset, 0.5, epochs=2, folder=tmp_path, on_epoch_end=_interrupted
        )
    resumable().fit(dataset, 0.5, epochs=2, folder=tmp_path)
    assert [record["epoch"] for record in _records(tmp_path)] == [1, 2]


def test_an_interrupted_call_leaves_what_was_there_before_it(
    resumable, tags, values, assert_identical, eagerly
):
    refiner = resumable()
    refiner.fit(tags, 0.5, epochs=1)
    before, changed = values(refiner.trainer.variables), []

    def interrupt(record):
        changed.append(np.any(refiner.generator.get_weights()[0] != before[0]))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refiner.fit(tags, 0.5, epochs=2, on_epoch_end=interrupt)
    assert changed == [True]
    assert_identical(values(refiner.trainer.variables), before)


def test_a_training_that_diverges_leaves_the_model_as_it_was(
    make_refiner, tags, assert_identical, tmp_path, eagerly
):
    x, y = tags
    model = keras.Sequential([keras.layers.Dense(_LABELS)])
    model(x)
    before = model.get_weights()
    refiner = make_refiner(
        model, method="baseline", settings={"generator_learning_rate": 1e38}
    )
    told = r"surrogate loss of epoch .* the data\. The networks are as before the call"
    with pytest.raises(DivergenceError, match=told):
        refiner.fit((x, y), epochs=5)
    assert_identical(model.get_weights(), before)
    # Checkpoints are kept in a folder alone.
    with pytest.raises(DivergenceError, match=r"good checkpoint is kept\. The netw"):
        refiner.fit((x, y), epochs=5, folder=tmp_path)


def test_a_finished_training_is_not_repeated(fit_in, tags, tmp_path, eagerly):
    refiner = fit_in(tmp_path)
    again = fit_in(tmp_path, on_epoch_end=pytest.fail)
    np.testing.assert_array_equal(
        *(r.predict(tags[0]).refined for r in (refiner, again))
    )


@pytest.mark.parametrize("part", ["index", "data-00000-of-00001"])
def test_a_best_state_that_is_lost_is_trained_again(
    part, fit_in, tmp_path, values, assert_identical, eagerly
):
    folder = tmp_path / "größe 画像"
    undisturbed = fit_in(folder)
    records = _records(folder)
    for path in (folder / "checkpoints" / "best").glob(f"*.{part}"):
        path.unlink()
    with pytest.warns(UserWarning, match="best state of phase 'train' are lost"):
        again = fit_in(folder)
    assert_identical(
        values(again.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert _records(folder) == records


def test_a_truncated_checkpoint_costs_the_epochs_since_the_one_before(
    fit_in, tmp_path, values, assert_identical, eagerly
):
    undisturbed = fit_in(tmp_path)
    (path,) = (tmp_path / "checkpoints" / "latest").glob("ckpt-3.data*")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.warns(UserWarning, match="ckpt-3 is damaged; going on from the one"):
        resumed = fit_in(tmp_path)
    assert_identical(
        values(resumed.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert len(_records(tmp_path)) == 3


def test_a_folder_in_which_another_process_works_is_refused(
    fit_in, tmp_path, refused, eagerly
):
    with claim_folder(tmp_path), refused("Another process is at work in "):
        fit_in(tmp_path)
    assert os.listdir(tmp_path) == ["lock"]
    # An interrupted training gives the folder back.
    with pytest.raises(KeyboardInterrupt):
        fit_in(tmp_path, _interrupted)
    claim_folder(tmp_path).close()


def test_a_folder_that_cannot_be_written_is_refused(fit_in, tmp_path, refused):
    (tmp_path / "file").touch()
    with refused("file/below cannot be written .*; choose another"):
        fit_in(tmp_path / "file" / "below")


@pytest.mark.slow
def test_a_folder_of_other_data_or_settings_is_refused(
    resumable, make_refiner, tags, tmp_path, refused, eagerly
):
    x, y = tags
    resumable().fit(tags, 0.5, epochs=1, folder=tmp_path)
    before = _records(tmp_path)
    for data, share, match in (
        ((x[:20], y[:20]), 0.5, "the training inputs are others; .*choose another fol"),
        ((x, 1 - y), 0.5, "the training outputs are others"),
        ((x, y), (x[:2], y[:2]), "the validation inputs are others"),
    ):
        with refused(match):
            resumable().fit(data, share, epochs=2, folder=tmp_path)
    with refused("generator_learning_rate is .* there and 0.5 here"):
        make_refiner(settings={"generator_learning_rate": 0.5}, method="baseline").fit(
            tags, 0.5, epochs=2, folder=tmp_path
        )
    assert _records(tmp_path) == before
    # The same numbers of another type, for more epochs.
    more = resumable().fit((x.astype(int), y > 0.5), 0.5, epochs=2, folder=tmp_path)
    assert [record["epoch"] for record in more.records] == [1, 2]


def test_a_grid_of_arrays_is_part_of_a_training(
    make_refiner, tags, tmp_path, refused, eagerly
):
    def fit(steps, **options):
        grid = {"step_sizes": [0.5], "steps": steps}
        make_refiner(grid=grid).fit(tags, 0.5, epochs=1, folder=tmp_path, **options)

    fit(np.arange(1, 3))
    with refused(r"steps is \[1, 2\] there and \[1, 2, 3\] here"):
        fit(np.arange(1, 4))
    fit((1, 2), on_epoch_end=pytest.fail)  # It is the same, and done.


def test_a_folder_of_another_frozen_model_is_refused(
    make_refiner, tags, tmp_path, refused, assert_identical, eagerly
):
    model, other = MLP(_LABELS, ()), MLP(_LABELS, ())
    for each in (model, other):
        each(tags[0])
    before = other.get_weights()
    make_refiner(model, frozen=True).fit(tags, 0.5, epochs=1, folder=tmp_path)
    with refused("the weights of the frozen generator are others.*choose another fol"):
        make_refiner(other, frozen=True).fit(tags, 0.5, epochs=1, folder=tmp_path)
    assert_identical(other.get_weights(), before)
    # Those of the same one may be those of another object.
    other.set_weights(model.get_weights())
    make_refiner(other, frozen=True).fit(
        tags, 0.5, epochs=1, folder=tmp_path, on_epoch_end=pytest.fail
    )


def test_a_folder_of_another_oracle_is_refused(
    make_refiner, tags, tmp_path, refused, eagerly
):
    def fit(best, **options):
        refiner = make_refiner(
            oracle=lambda y, y_true: best - 0.5 * tf.reduce_mean(abs(y - y_true), -1),
            augment=lambda x, y, seed: (0.5 * x, y),
            discriminator=EnergyNetwork(_LABELS, (4,)),
        )
        refiner.fit(tags, 0.5, epochs=1, folder=tmp_path, **options)

    fit(best=0.9)
    with refused("the oracle is another.*choose another folder"):
        fit(best=0.8)
    # Functions and D are made anew, and the same.
    fit(best=0.9, on_epoch_end=pytest.fail)


def test_a_folder_of_an_older_version_is_taken_with_a_warning(
    fit_in, tmp_path, eagerly
):
    fit_in(tmp_path)
    (tmp_path / "training.json").unlink()
    with pytest.warns(UserWarning, match="an older version, whose data are not known"):
        fit_in(tmp_path, on_epoch_end=pytest.fail)
    assert (tmp_path / "training.json").exists()


@pytest.mark.parametrize("content", ["", "[]", '{"data": '])
def test_a_damaged_fingerprint_is_named(content, fit_in, tmp_path, eagerly):
    (tmp_path / "training.json").write_text(content)
    with pytest.raises(TrainingError, match=r"training\.json is damaged"):
        fit_in(tmp_path)
