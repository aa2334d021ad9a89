"""Output spaces: all that depends on the kind of an output.

`base` has the interface, `tags`, `class_maps` and `binary_masks` one kind of output
each, `custom_oracle` a user's measure of quality. To add a kind of output, add a
subclass of `OutputSpace`. May import `models`, `methods` and what is below them.
"""

from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.binary_masks import BinaryMaskSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

# The spaces that a saved refiner may name.
SPACES: dict[str, type[OutputSpace]] = {
    "BinaryMaskSpace": BinaryMaskSpace,
    "ClassMapSpace": ClassMapSpace,
    "TagSpace": TagSpace,
}

__all__ = ["SPACES", "BinaryMaskSpace", "ClassMapSpace", "OutputSpace", "TagSpace"]
