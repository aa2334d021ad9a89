"""Networks that train what their `trainable_weights` have, and nothing else."""

import keras


class ChosenWeights(keras.Model):
    """A network whose property `trainable_weights` decides, as in Keras' `fit`.

    A subclass, or a model within it, may leave variables out of that property although
    their layers are trainable.
    """

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """The trainable weights: no other variable is trained."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[keras.Variable]:
        """All variables that are not trained, in order, whatever their flags."""
        trained = {id(variable) for variable in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trained]
