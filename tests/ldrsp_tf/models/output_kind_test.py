import keras
import pytest

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models import MLP, CrossFitted, SegmentationNetwork
from ldrsp_tf.models.output_kind import infer_from_logits, resolve_from_logits

_layers = keras.layers


def _functional(*layers):
    x = keras.Input((4,))
    y = x
    for layer in layers:
        y = layer(y)
    return keras.Model(x, y)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([_layers.Dense(6)], True),
        ([_layers.Dense(6, activation="sigmoid")], False),
        ([_layers.Dense(6, activation="softmax")], False),
        ([_layers.Dense(6), _layers.Activation("sigmoid")], False),
        ([_layers.Dense(6), _layers.Activation(keras.activations.linear)], True),
        # The last layer of models of mixed precision, which keeps the values.
        ([_layers.Dense(6, activation="sigmoid"), _layers.Activation("linear")], False),
        ([_layers.Dense(6, activation="relu"), _layers.Activation("linear")], None),
        ([_layers.Dense(6), _layers.Softmax()], False),
        ([_layers.Dense(6, activation="sigmoid"), _layers.Reshape((2, 3))], False),
        ([_layers.Dense(6), _layers.Reshape((2, 3)), _layers.Flatten()], True),
        ([_layers.Dense(6, activation="relu")], None),
        ([_layers.Dense(6, activation="tanh")], None),
        ([_layers.Dense(6), _layers.BatchNormalization()], None),
        ([_layers.Dense(6, activation="sigmoid"), _layers.Rescaling(2.0)], None),
    ],
)
@pytest.mark.parametrize("make", [_functional, lambda *ls: keras.Sequential(list(ls))])
def test_the_last_activation_decides(make, layers, expected):
    assert infer_from_logits(make(*layers)) is expected


def test_operations_of_functional_models_are_activations():
    x = keras.Input((4,))
    y = _layers.Dense(3)(x)
    assert infer_from_logits(keras.Model(x, keras.ops.sigmoid(y))) is False
    assert infer_from_logits(keras.Model(x, keras.ops.softmax(y))) is False
    assert infer_from_logits(keras.Model(x, y + 1.0)) is None


def test_models_within_models():
    inner = keras.Sequential([_layers.Dense(3, activation="sigmoid")])
    assert infer_from_logits(keras.Sequential([_layers.Dense(4), inner])) is False
    assert infer_from_logits(_functional(inner)) is False


def test_the_networks_of_the_library_tell():
    assert infer_from_logits(MLP(3)) is True
    assert infer_from_logits(SegmentationNetwork(2, width=2)) is True


@pytest.mark.parametrize(
    ("activations", "expected"),
    [
        ((None, None), True),
        (("sigmoid", "sigmoid"), False),
        ((None, "sigmoid"), None),
        (("relu", "relu"), None),
    ],
)
def test_cross_fitted_models_tell_if_they_agree(activations, expected):
    members = [keras.Sequential([_layers.Dense(3, activation=a)]) for a in activations]
    assert infer_from_logits(CrossFitted(members, channels=4)) is expected


class _Subclassed(keras.Model):
    def call(self, x):
        return x


def test_a_subclass_is_refused_until_it_is_told():
    with pytest.raises(
        UsageError, match=r"_Subclassed does not show.*from_logits=True"
    ):
        resolve_from_logits(_Subclassed(), None)
    assert resolve_from_logits(_Subclassed(), True) is True
    assert resolve_from_logits(_Subclassed(), False) is False


class _Gated(keras.layers.Layer):
    """A layer of linear outputs, with an inner gate that it calls its activation."""

    def __init__(self):
        super().__init__()
        self.activation = keras.activations.sigmoid
        self.gate, self.outputs = _layers.Dense(3), _layers.Dense(3)

    def call(self, x):
        return self.activation(self.gate(x)) * self.outputs(x)


@pytest.mark.parametrize("make", [_functional, lambda *ls: keras.Sequential(list(ls))])
def test_an_activation_within_a_layer_of_the_users_shows_nothing(make, refused):
    model = make(_Gated())
    assert infer_from_logits(model) is None
    with refused("does not show.*from_logits=True"):
        resolve_from_logits(model, None)
    assert resolve_from_logits(model, True) is True


class _Initialized(keras.layers.Dense):
    """A layer of Keras with arguments of the user's."""

    def __init__(self, units, **kwargs):
        super().__init__(units, kernel_initializer="he_normal", **kwargs)


def test_a_subclass_of_a_keras_layer_with_its_outputs_tells():
    assert infer_from_logits(keras.Sequential([_Initialized(3)])) is True
    assert (
        infer_from_logits(keras.Sequential([_Initialized(3, activation="sigmoid")]))
        is False
    )


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_probabilities_that_are_called_logits_are_refused(activation, refused):
    model = keras.Sequential([_layers.Dense(3, activation=activation)])
    with refused("from_logits is True, but Sequential ends in a sigmoid or softmax"):
        resolve_from_logits(model, True)
    assert resolve_from_logits(model, False) is False


def test_what_is_given_comes_before_what_is_not_seen():
    model = keras.Sequential([_layers.Dense(3)])
    assert resolve_from_logits(model, None) is True
    # Its values are checked when it is built.
    assert resolve_from_logits(model, False) is False
    with pytest.raises(UsageError, match="from_logits is 'logits'; give True"):
        resolve_from_logits(model, "logits")
