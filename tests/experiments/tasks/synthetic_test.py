import dataclasses

import numpy as np
import pytest

from datasets.errors import DataError
from datasets.synthetic_shapes import generative_model as shape_model
from datasets.synthetic_tags import generative_model as tag_model
from experiments.tasks import synthetic
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


@pytest.mark.parametrize("name", ["synthetic_tags", "synthetic_shapes"])
def test_without_parameters_it_is_the_prepared_data_set(name, monkeypatch):
    asked = []
    monkeypatch.setattr(synthetic, "load_data_set", lambda *a, **k: asked.append(a))
    task = get_task(name)
    task.load(task.configure("auto", {}), "data", None)
    assert asked == [(name,)]


def test_the_defaults_are_those_of_the_models():
    tags = get_task("synthetic_tags").configure("auto", {})
    assert synthetic.tag_parameters(tags) == tag_model.Parameters()
    shapes = get_task("synthetic_shapes").config.defaults()
    for field in dataclasses.fields(shape_model.Parameters):
        assert shapes[field.name] == field.default


@pytest.mark.parametrize("name", ["synthetic_tags", "synthetic_shapes"])
def test_a_draw_without_a_seed_is_refused(name):
    with pytest.raises(UsageError, match=r"draw is 5000000000: .* 0 to 2147483647 is"):
        get_task(name).configure("auto", {"draw": 5_000_000_000})


@pytest.mark.slow
def test_tags_are_made_by_the_settings():
    task = get_task("synthetic_tags")
    given = {"dependence": 0.5, "copies": 2, "evidence": 0.3, "rows": 50, "draw": 1}
    data = task.load(task.configure("auto", given), None, None)
    made = tag_model.generate(tag_model.Parameters(**given))
    assert data.splits["train"]["features"].shape == (50, 256)
    for split, rows in made.items():
        np.testing.assert_array_equal(data.splits[split]["labels"], rows.tags)
        np.testing.assert_array_equal(data.splits[split]["features"], rows.words)
    # Other data have other checksums.
    other = task.load(task.configure("auto", {**given, "draw": 2}), None, None)
    assert other.checksums["test/labels"] != data.checksums["test/labels"]


@pytest.mark.slow
def test_shapes_are_made_by_the_settings():
    task = get_task("synthetic_shapes")
    given = {"occlusion": 0.3, "rows": 20}
    data = task.load(task.configure("auto", given), None, None)
    made = shape_model.generate(shape_model.Parameters(**given))
    assert set(data.splits) == {"train", "validation", "test"}
    np.testing.assert_array_equal(data.splits["train"]["image"], made["train"].images)
    np.testing.assert_array_equal(data.splits["test"]["mask"], made["test"].masks)


def test_more_rows_than_there_are_are_refused():
    task = get_task("synthetic_tags")
    with pytest.raises(DataError, match="3,000 training rows, and 4,000 are asked"):
        task.load(task.configure("auto", {"rows": 4000}), None, None)
