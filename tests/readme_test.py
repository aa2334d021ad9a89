import pathlib
import re
import textwrap

import pytest

README = pathlib.Path(__file__).parents[1] / "README.md"


@pytest.fixture(scope="module")
def code_blocks():
    """The Python of the README; a later block goes on where the one before ended."""
    blocks = re.findall(r"^ *```python\n.*?```", README.read_text(), re.DOTALL | re.M)
    return [textwrap.dedent(block).split("\n", 1)[1][: -len("```")] for block in blocks]


@pytest.fixture(scope="module")
def names():
    return {}


def test_the_code_of_the_readme_runs(code_blocks, names, capsys):
    assert len(code_blocks) == 2
    exec(compile(code_blocks[0], "README.md", "exec"), names)
    prediction, measured = names["prediction"], capsys.readouterr().out
    assert prediction.refined.shape == prediction.generated.shape == (100, 8)
    assert "'refined': {'f1': " in measured


def test_the_code_for_cross_fitted_models_runs(code_blocks, names):
    from ldrsp_tf.controls import control_outputs

    exec(compile("\n".join(code_blocks), "README.md", "exec"), names)
    refiner, x = names["refiner"], names["x"]
    assert refiner.predict(x[500:]).refined.shape == (100, 8)
    assert list(control_outputs(refiner, x[500:])) == ["own", "average"]
