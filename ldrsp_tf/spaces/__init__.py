"""Output spaces: how outputs are made, kept feasible, decided and scored.

`base` has the interface, `tags` and `class_maps` one kind of output each. They may
import `losses`, `projections`, `oracles`, `metrics` and `errors`.
"""

from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

__all__ = ["ClassMapSpace", "OutputSpace", "TagSpace"]
