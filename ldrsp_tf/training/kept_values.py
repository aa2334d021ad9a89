"""The values of variables, kept to be put back."""

from collections.abc import Iterable

import keras


class KeptValues:
    """The present values of variables.

    They are kept beside their variables: a network may have others later, since Keras
    makes the variables of a layer when it is called first.

    Args:
      variables: The variables.
    """

    def __init__(self, variables: Iterable[keras.Variable]):
        self._kept = [(variable, variable.numpy()) for variable in variables]

    def put_back(self) -> None:
        """Gives the variables these values again."""
        for variable, value in self._kept:
            variable.assign(value)
