import numpy as np
import pytest
from PIL import Image

from experiments.reports.claim_figure import _points, draw_claim
from experiments.reports.layouts import layout_of
from experiments.reports.rows import build_table
from ldrsp_tf.errors import UsageError


def result(generator, refined, norm):
    f1 = {"f1": generator, "f1_tuned": generator}
    return {
        "test": {"generator": f1, "refined": {"f1": refined}},
        "score": {"gradient_norm": norm, "correlation": 0.5},
    }


@pytest.fixture
def table():
    results = {
        "gan": [result(0.4, 0.4, 0.001)],
        "ldrsp": [result(0.40, 0.43, 1.0), result(0.40, 0.45, 3.0)],
        "dvn": [{"test": {"refined": {"f1": 0.4}}, "score": {"gradient_norm": 1.0}}],
    }
    results["dvn"][0]["score"]["correlation"] = 0.0
    return build_table(layout_of("claim/bibtex"), results)


def test_a_point_is_a_method_with_a_gain_and_a_gradient(table):
    points = {row.label: (norm.mean, gain.mean) for row, norm, gain in _points(table)}
    assert set(points) == {"GAN", "LDRSP"}
    np.testing.assert_allclose(points["GAN"], (0.001, 0.0), atol=1e-12)
    np.testing.assert_allclose(points["LDRSP"], (2.0, 4.0))


def test_the_figure_has_a_panel_for_each_measured_table(table, tmp_path):
    empty = build_table(layout_of("claim/weizmann_horse"), {})
    sizes = []
    for name, tables in (("one", [table, empty]), ("two", [table, table])):
        draw_claim(tables, tmp_path / f"{name}.png")
        picture = np.asarray(Image.open(tmp_path / f"{name}.png"))
        assert picture.std() > 5.0
        sizes.append(picture.shape[0])
    assert sizes[1] == 2 * sizes[0]
    with pytest.raises(UsageError, match="measured"):
        draw_claim([empty], tmp_path / "none.png")
