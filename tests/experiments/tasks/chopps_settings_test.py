import pytest

from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contrast_grid", ()),
        ("contrast_grid", (0.0,)),
        ("boundary_weight_grid", ()),
        ("image_weight_grid", (-1.0,)),
        ("joint_samples", 1),
        ("patterns", 0),
    ],
)
def test_settings_without_a_meaning_are_refused(name, value):
    with pytest.raises(UsageError, match=f"ChoppsSettings.{name}"):
        get_task("synthetic_shapes").configure("chopps", {name: value})
