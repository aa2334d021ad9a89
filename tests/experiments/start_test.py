"""The first seconds of the commands that read a finished run."""

import pytest

from experiments import export, figures, predict

_FLAGS = {
    export: ["--run=run", "--output=exported"],
    figures: ["--run=run"],
    predict: ["--run=run", "--input=x.npy", "--output=y.csv"],
}


@pytest.mark.parametrize("command", _FLAGS, ids=lambda command: command.__name__)
def test_an_interruption_of_the_imports_is_one_sentence(command, monkeypatch, capsys):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "quiet_tensorflow", interrupt)
    with pytest.raises(SystemExit) as ended:
        command.main([command.__name__, *_FLAGS[command]])
    assert ended.value.code == 130
    assert capsys.readouterr().err == (
        "\nStopped; the same command goes on from the finished run.\n"
    )
