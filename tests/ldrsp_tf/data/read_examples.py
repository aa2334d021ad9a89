"""Small training data of tags, and what becomes of them and of others."""

import numpy as np
import pytest

from ldrsp_tf.data.examples import as_examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.tags import TagSpace

X = np.arange(20, dtype=np.float32).reshape(10, 2)
Y = (np.arange(30).reshape(10, 3) % 4 == 0).astype(np.float32)
TAGS = TagSpace()


def read(data, space=TAGS):
    return as_examples(data, space, "training data")


def assert_refused(data, match, space=TAGS):
    with pytest.raises(UsageError, match=match) as caught:
        read(data, space)
    assert "\n" not in str(caught.value)
    assert "training data" in str(caught.value)
