import keras
import pytest

from ldrsp_tf.models.adapters import GeneratorAdapter
from ldrsp_tf.models.graph_ends import graph_ends
from ldrsp_tf.models.output_kind import infer_from_logits, resolve_from_logits


class _Subclassed(keras.Model):
    def __init__(self, ends):
        super().__init__()
        self.inputs = self.outputs = ends

    def call(self, x):
        return x


@pytest.mark.parametrize(
    "make",
    [lambda: 4, lambda: keras.layers.Dense(4), lambda: [keras.layers.Dense(4)] * 2],
)
def test_attributes_of_a_subclassed_model_are_its_own(make):
    model = _Subclassed(make())
    assert graph_ends(model, "inputs") == graph_ends(model, "outputs") == []
    assert infer_from_logits(model) is None
    assert resolve_from_logits(model, True) is True
    assert GeneratorAdapter(model, lambda outputs: outputs).model is model


def test_the_ends_of_a_graph_are_found():
    x = [keras.Input((4,)), keras.Input((3,))]
    model = keras.Model(x, keras.layers.Concatenate()(x))
    assert len(graph_ends(model, "inputs")) == 2
    assert len(graph_ends(model, "outputs")) == 1


def test_a_sequential_model_has_ends_once_it_is_built():
    model = keras.Sequential([keras.layers.Dense(3)])
    assert graph_ends(model, "outputs") == []
    model.build((None, 4))
    assert len(graph_ends(model, "outputs")) == 1
