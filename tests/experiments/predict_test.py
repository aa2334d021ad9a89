import types
import warnings

import numpy as np
import pytest

from experiments import predict
from experiments.runs import finished
from experiments.tasks.inputs import NewInputs
from experiments.tasks.task import get_task


def test_names_that_a_table_cannot_have_are_refused_before_the_work(
    monkeypatch, tmp_path
):
    inputs = NewInputs(["0"], np.zeros((1, 3)), label_names=["a;b", "c"])
    run = types.SimpleNamespace(
        task=get_task("arff"),
        read_inputs=lambda path: inputs,
        model=lambda: pytest.fail("The networks are built."),
    )
    monkeypatch.setattr(finished, "load_run", lambda folder: run)
    output = tmp_path / "tags.csv"
    # The command sets it for the whole process.
    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)
    with pytest.raises(SystemExit, match="The label 'a;b' has a ';'"):
        predict.main(["predict", "--run=run", "--input=new.arff", f"--output={output}"])
