import errno
import itertools
import shutil

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import TrainingError
from ldrsp_tf.training import checkpoints as module
from ldrsp_tf.training.checkpoints import Checkpoints


@pytest.fixture(scope="module")
def trainer(make_trainer):
    """Makes a trainer with dropout; every test starts where it was built."""
    return make_trainer("ldrsp", dropout=0.25)


@pytest.fixture(autouse=True)
def _fresh(trainer):
    trainer.reset()


def test_without_a_checkpoint_nothing_is_restored(
    trainer, tmp_path, values, assert_identical
):
    before = values(trainer.variables)
    checkpoints = Checkpoints(trainer, tmp_path / "none")
    assert checkpoints.restore() == 0
    assert checkpoints.restore_best() == 0
    assert_identical(values(trainer.variables), before)


def test_the_whole_state_is_restored_exactly(
    trainer, tags, tmp_path, values, assert_identical
):
    trainer.train_epoch(*tags, epoch=0)
    saved = values(trainer.variables)
    Checkpoints(trainer, tmp_path).save(1)
    following = trainer.train_epoch(*tags, epoch=1)
    after = values(trainer.variables)
    trainer.reset()

    assert Checkpoints(trainer, tmp_path).restore() == 1
    assert_identical(values(trainer.variables), saved)
    # Optimizers' moments and dropout streams too: the next epoch repeats itself.
    assert trainer.train_epoch(*tags, epoch=1) == following
    assert_identical(values(trainer.variables), after)


def test_dropout_streams_and_moments_are_part_of_the_state(trainer, tags):
    before = [np.array(variable) for variable in trainer.variables]
    trainer.train_epoch(*tags, epoch=0)
    moved = {
        variable.path
        for variable, old in zip(trainer.variables, before)
        if np.any(np.array(variable) != old)
    }
    for part in ("seed_generator", "momentum", "velocity", "iteration", "kernel"):
        assert any(part in path for path in moved), part


def test_another_trainer_takes_the_state_over(
    trainer, make_trainer, tags, tmp_path, values, assert_identical
):
    trainer.train_epoch(*tags, epoch=0)
    Checkpoints(trainer, tmp_path).save(1)
    other = make_trainer("ldrsp", dropout=0.25, seed=5)
    assert Checkpoints(other, tmp_path).restore() == 1
    assert_identical(values(other.variables), values(trainer.variables))


@pytest.mark.parametrize("name", ["lr=[0.1]", "a*b?", "back\\slash"])
def test_a_folder_may_have_the_characters_of_a_pattern_in_its_name(
    trainer, tmp_path, name
):
    # TensorFlow's readers take [ and \\ for a pattern, its writers do not.
    checkpoints = Checkpoints(trainer, tmp_path / name / "checkpoints")
    (tmp_path / "lr=0").mkdir()  # It matches the pattern.
    _set(trainer, 1.0)
    checkpoints.save(1)
    checkpoints.save_best(1)
    for restore in (
        checkpoints.restore,
        checkpoints.restore_best,
        lambda: checkpoints.restore_until(1),
    ):
        _set(trainer, 2.0)
        assert restore() == 1
        assert _get(trainer) == 1.0


def _set(trainer, number):
    bias = trainer.generator.trainable_variables[-1]
    bias.assign(np.full(bias.shape, number))


def _get(trainer):
    return float(trainer.generator.trainable_variables[-1][0])


def test_latest_and_best_are_kept_apart(trainer, tmp_path):
    checkpoints = Checkpoints(trainer, tmp_path)
    for epoch in (1, 2, 3, 4):
        _set(trainer, epoch)
        if epoch in (1, 2):
            checkpoints.save_best(epoch)
        checkpoints.save(epoch)
    for keeper in (checkpoints, Checkpoints(trainer, tmp_path)):
        assert keeper.restore_best() == 2
        assert _get(trainer) == 2.0
        assert keeper.restore() == 4
        assert _get(trainer) == 4.0


def test_old_checkpoints_are_removed(trainer, tmp_path):
    checkpoints = Checkpoints(trainer, tmp_path)
    for epoch in range(1, 6):
        checkpoints.save(epoch)
        checkpoints.save_best(epoch)
    assert len(list((tmp_path / "latest").glob("*.index"))) == 2
    assert len(list((tmp_path / "best").glob("*.index"))) == 2


def test_a_moved_folder_is_still_read(trainer, tmp_path):
    _set(trainer, 3)
    Checkpoints(trainer, tmp_path / "here").save(3)
    shutil.move(tmp_path / "here", tmp_path / "there")
    _set(trainer, 0)
    assert Checkpoints(trainer, tmp_path / "there").restore() == 3
    assert _get(trainer) == 3.0


def _damage(path, how):
    content = path.read_bytes()
    if how == "removed":
        path.unlink()
    elif how == "a bit flipped":
        middle = len(content) // 2
        path.write_bytes(
            content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]
        )
    else:
        kept = {"emptied": 0, "truncated": len(content) // 2, "shortened": -4}[how]
        path.write_bytes(content[:kept])


def test_a_checkpoint_is_synced_before_it_is_renamed(trainer, tmp_path, monkeypatch):
    done = []
    for name in ("sync", "replace"):
        real = getattr(module, name)

        def noted(path, *target, name=name, real=real):
            done.append((name, path.suffix))
            real(path, *target)

        monkeypatch.setattr(module, name, noted)
    Checkpoints(trainer, tmp_path).save(1)
    data = ".data-00000-of-00001"
    assert done == [
        *(("sync", data), ("sync", ".index")),
        *(("replace", data), ("replace", ".index")),
    ]


@pytest.mark.parametrize(
    ("part", "how"),
    [
        *itertools.product(
            ["*.index", "*.data*"],
            ["emptied", "truncated", "shortened", "a bit flipped"],
        ),
        ("*.data*", "removed"),
    ],
)
def test_a_damaged_checkpoint_is_refused(part, how, trainer, tmp_path):
    Checkpoints(trainer, tmp_path).save(1)
    (path,) = (tmp_path / "latest").glob(part)
    _damage(path, how)
    with pytest.raises(TrainingError, match="is damaged") as error:
        Checkpoints(trainer, tmp_path).restore()
    assert str(tmp_path) in str(error.value)


def test_before_a_damaged_checkpoint_is_the_one_to_go_on_from(
    trainer, tags, tmp_path, values, assert_identical
):
    checkpoints = Checkpoints(trainer, tmp_path)
    trainer.train_epoch(*tags, epoch=0)
    checkpoints.save(1)
    saved = values(trainer.variables)
    trainer.train_epoch(*tags, epoch=1)
    checkpoints.save(2)
    (path,) = (tmp_path / "latest").glob("*-2.data*")
    _damage(path, "truncated")
    with pytest.warns(UserWarning, match="-2 is damaged; going on from the one before"):
        assert Checkpoints(trainer, tmp_path).restore() == 1
    assert_identical(values(trainer.variables), saved)


def test_checkpoints_after_the_one_that_was_gone_on_from_are_removed(trainer, tmp_path):
    checkpoints = Checkpoints(trainer, tmp_path)
    for epoch in (5, 10):
        checkpoints.save(epoch)
        checkpoints.save_best(epoch)
    checkpoints.save(6)
    checkpoints.save_best(6)
    assert Checkpoints(trainer, tmp_path).restore() == 6
    assert Checkpoints(trainer, tmp_path).restore_best() == 6
    assert len(list((tmp_path / "latest").glob("*.index"))) == 2


def test_without_its_index_a_checkpoint_does_not_count(trainer, tmp_path):
    """Reads the files as a process leaves them that is killed between two renames."""
    checkpoints = Checkpoints(trainer, tmp_path)
    checkpoints.save(1)
    (tmp_path / "latest" / "ckpt-1.index").unlink()
    assert Checkpoints(trainer, tmp_path).restore() == 0
    checkpoints.save(1)
    checkpoints.save(2)
    (tmp_path / "latest" / "ckpt-2.index").unlink()
    with pytest.warns(UserWarning, match="-2 is damaged; going on from the one before"):
        assert Checkpoints(trainer, tmp_path).restore() == 1


def test_checkpoints_of_tensorflows_manager_are_read(trainer, tmp_path):
    """Reads checkpoints that earlier versions wrote."""
    variables = [variable.value for variable in trainer.variables]
    state = tf.train.Checkpoint(
        epoch=tf.Variable(3, dtype="int64"), variables=variables
    )
    manager = tf.train.CheckpointManager(state, str(tmp_path / "latest"), max_to_keep=2)
    _set(trainer, 3)
    manager.save(checkpoint_number=3)
    _set(trainer, 0)
    assert Checkpoints(trainer, tmp_path).restore() == 3
    assert _get(trainer) == 3.0


@pytest.mark.parametrize(
    ("method", "dropout"), [("baseline", 0.25), ("ldrsp", 0.0)], ids=str
)
def test_a_checkpoint_of_other_networks_is_refused(
    method, dropout, trainer, make_trainer, tmp_path
):
    Checkpoints(trainer, tmp_path / "more").save(1)
    other = make_trainer(method, dropout=dropout)
    Checkpoints(other, tmp_path / "fewer").save(1)
    with pytest.raises(TrainingError, match="does not fit these networks"):
        Checkpoints(other, tmp_path / "more").restore()
    with pytest.raises(TrainingError, match="does not fit these networks"):
        Checkpoints(trainer, tmp_path / "fewer").restore()


def test_a_checkpoint_that_cannot_be_written_is_an_error_with_its_mend(
    trainer, tmp_path
):
    folder = tmp_path / "run"
    checkpoints = Checkpoints(trainer, folder)
    checkpoints.save(1)
    shutil.rmtree(folder)
    folder.write_text("a file where the folder was")
    with pytest.raises(
        TrainingError, match=r"epoch 2 could not be written .* begins anew"
    ):
        checkpoints.save(2)


@pytest.mark.parametrize("before", ["save", "save_best"])
def test_what_is_kept_of_a_full_disk_is_told(before, trainer, tmp_path, monkeypatch):
    checkpoints = Checkpoints(trainer, tmp_path / "run")
    assert not checkpoints.any_is_kept
    getattr(checkpoints, before)(1)
    assert checkpoints.any_is_kept

    def write(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "sync", write)
    with pytest.raises(TrainingError, match=r"one before is kept.* goes on from it"):
        checkpoints.save(2)
