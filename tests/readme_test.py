import pathlib
import re

README = pathlib.Path(__file__).parents[1] / "README.md"


def test_the_code_of_the_readme_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    prediction, measured = names["prediction"], capsys.readouterr().out
    assert prediction.refined.shape == prediction.generated.shape == (100, 8)
    assert "'refined': {'f1': " in measured
