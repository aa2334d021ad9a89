import numpy as np
import pytest
from PIL import Image

from experiments.reports.walk_figure import _colors, _trajectories, draw_trajectories
from ldrsp_tf.errors import UsageError


def _result(metric, score):
    steps = [0, 1, 10, 200]
    return {"walk": {"steps": steps, "metric": metric, "score": score, "oracle": score}}


def _results():
    return {
        "ldrsp": [
            _result([0.4, 0.5, 0.4, 0.2], [0.5, 0.6, 0.8, 0.9]),
            _result([0.2, 0.3, 0.2, 0.2], [0.7, 0.8, 0.8, 0.9]),
        ],
        "baseline": [{"test": {}}],
    }


def test_a_line_is_the_mean_over_seeds_of_a_method_with_trajectories():
    trajectories = _trajectories(_results())
    assert list(trajectories) == ["ldrsp"]
    np.testing.assert_allclose(trajectories["ldrsp"]["metric"], [0.3, 0.4, 0.3, 0.2])
    np.testing.assert_allclose(trajectories["ldrsp"]["score"], [0.6, 0.7, 0.8, 0.9])


def test_a_method_has_one_color_in_all_panels():
    panels = {"A": ["ldrsp", "ldrsp_cross"], "B": ["ldrsp_cross", "ldrsp_cross-unet"]}
    colors = _colors({title: dict.fromkeys(names) for title, names in panels.items()})
    assert list(colors) == ["ldrsp", "ldrsp_cross", "ldrsp_cross-unet"]
    assert len(set(colors.values())) == 3


def test_the_figure_has_a_panel_for_each_task_with_trajectories(tmp_path):
    sizes = []
    for name, tasks in (("one", {"A": _results(), "B": {}}), ("two", {})):
        tasks = tasks or {"A": _results(), "B": _results()}
        draw_trajectories(tasks, tmp_path / f"{name}.png")
        picture = np.asarray(Image.open(tmp_path / f"{name}.png"))
        assert picture.std() > 5.0
        sizes.append(picture.shape[1])
    assert sizes[1] == 2 * sizes[0]


def test_results_without_trajectories_are_refused(tmp_path):
    with pytest.raises(UsageError, match="--controls"):
        draw_trajectories({"A": {"baseline": [{"test": {}}]}}, tmp_path / "none.png")
