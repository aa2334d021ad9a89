import keras
import pytest
import tensorflow as tf

from benchmarks.operations import count


def _count(function, *shapes):
    specs = [tf.TensorSpec(shape) for shape in shapes]
    return count(tf.function(function).get_concrete_function(*specs))


@pytest.mark.parametrize("transpose_a", [False, True])
def test_a_product_multiplies_and_adds_for_every_inner_index(transpose_a):
    shape = (3, 2) if transpose_a else (2, 3)

    def product(a, b):
        return tf.matmul(a, b, transpose_a=transpose_a)

    assert _count(product, shape, (3, 4)) == 2 * 2 * 3 * 4


def test_a_batch_of_products():
    assert _count(tf.matmul, (5, 2, 3), (5, 3, 4)) == 5 * 2 * 2 * 3 * 4


def test_a_convolution_and_its_gradients_count_alike():
    layer = keras.layers.Conv2D(4, 5, strides=2, padding="same")
    layer.build((2, 16, 16, 3))

    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, [x, *layer.trainable_variables])

    forward = 2 * (2 * 8 * 8 * 4) * (5 * 5 * 3)
    assert _count(layer, (2, 16, 16, 3)) == forward
    assert _count(gradients, (2, 16, 16, 3)) == 3 * forward


def test_a_transposed_convolution_counts_as_the_one_that_it_transposes():
    layer = keras.layers.Conv2DTranspose(3, 5, strides=2, padding="same")
    layer.build((2, 8, 8, 4))
    assert _count(layer, (2, 8, 8, 4)) == 2 * (2 * 8 * 8 * 4) * (5 * 5 * 3)


def test_functions_within_are_counted():
    inner = tf.function(tf.matmul)

    def outer(a, b):
        return inner(a, b) + inner(a, b)

    assert _count(outer, (2, 3), (3, 4)) == 2 * (2 * 2 * 3 * 4)


def test_element_wise_work_is_not_counted():
    assert _count(lambda a: tf.exp(a) + a, (2, 3)) == 0


def test_a_loop_with_products_is_refused():
    def loop(a):
        return tf.while_loop(
            lambda step, _: step < tf.cast(a[0, 0], tf.int32),
            lambda step, b: (step + 1, tf.matmul(b, b)),
            (0, a),
        )

    with pytest.raises(ValueError, match="cannot be counted"):
        _count(loop, (3, 3))


def test_a_loop_without_products_is_not():
    def loop(a):
        return tf.while_loop(
            lambda step, _: step < 3, lambda step, b: (step + 1, b + 1.0), (0, a)
        )

    assert _count(loop, (3, 3)) == 0


def test_a_branch_with_products_is_refused():
    def branch(a):
        return tf.cond(a[0, 0] > 0.0, lambda: tf.matmul(a, a), lambda: a)

    with pytest.raises(ValueError, match="cannot be counted"):
        _count(branch, (3, 3))


def test_unknown_shapes_are_refused():
    with pytest.raises(ValueError, match="unknown shape"):
        _count(tf.matmul, (None, 3), (3, 4))
