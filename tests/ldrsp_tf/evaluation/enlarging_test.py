import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.evaluation.superpixels import decide_enlarged


def _decided(y, size, **chunks):
    return np.stack(list(decide_enlarged(np.float32(y), size, **chunks)))


def test_the_border_lies_where_the_interpolated_values_cross():
    # Two pixels of width 4. Their centers lie at 2 and 6; from 0.9 to 0.3 the value of
    # class 0 falls by 0.15 a pixel, and crosses 0.5 at 2 + 0.4 / 0.15 = 4.67.
    y = np.array([[[[0.9, 0.1], [0.3, 0.7]]]])
    classes = _decided(y, (1, 8))
    # Centers of the eight pixels: 0.5 to 7.5; 4.5 is before the border, 5.5 after it.
    np.testing.assert_array_equal(classes, [[[0, 0, 0, 0, 0, 1, 1, 1]]])
    assert classes.dtype == np.uint8


def test_of_equal_values_the_lowest_class_is_decided():
    assert _decided(np.full((1, 2, 2, 3), 1 / 3), (4, 4)).max() == 0


def test_a_map_of_the_wanted_size_stays():
    y = np.random.default_rng(0).uniform(size=(3, 5, 7, 3))
    np.testing.assert_array_equal(_decided(y, (5, 7)), y.argmax(-1))


@pytest.mark.parametrize("size", [6, 9])
def test_enlarging_commutes_with_mirroring(size):
    # With centers at the corners of pixels, one side would be shifted.
    y = np.random.default_rng(0).uniform(size=(4, 4, 4, 3))
    for mirror in (np.s_[:, ::-1], np.s_[:, :, ::-1]):
        np.testing.assert_array_equal(
            _decided(y[mirror], (size, size)), _decided(y, (size, size))[mirror]
        )


@pytest.mark.parametrize("predict_batch_size", [1, 2, 5, 32])
def test_chunks_do_not_change_anything(predict_batch_size):
    y = np.random.default_rng(0).uniform(size=(5, 4, 4, 3))
    expected = np.concatenate([_decided(row[None], (7, 7)) for row in y])
    np.testing.assert_array_equal(
        _decided(y, (7, 7), predict_batch_size=predict_batch_size), expected
    )


def test_only_a_chunk_is_enlarged_at_a_time(monkeypatch):
    sizes, resize = [], tf.image.resize

    def counted(y, *arguments):
        sizes.append(len(y))
        return resize(y, *arguments)

    monkeypatch.setattr(tf.image, "resize", counted)
    classes = decide_enlarged(np.zeros((5, 2, 2, 3), np.float32), (4, 4), 2)
    next(classes)
    assert sizes == [2]
    assert len(list(classes)) == 4
    assert sizes == [2, 2, 1]
