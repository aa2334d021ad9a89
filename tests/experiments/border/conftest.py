import pytest

from experiments.border.plan import SHAPES_TASK, TASK

_CONTROLS = ("own", "average", "average_pretrained")


@pytest.fixture
def write_auto(result_folder):
    """Writes a result of `auto` whose control has an F1 of 40 % and `more` points."""

    def write(
        folder,
        seed,
        *,
        own,
        refined,
        more=0.0,
        tuned=0.3,
        task=f"border/{TASK}",
        **parts,
    ):
        base = 0.4 + more
        # The tuned decoder is better on validation rows, the plug-in one on the test.
        generator = {"f1": 0.2, "f1_tuned": tuned, "f1_plugin": base}
        test = {
            "generator": generator,
            "refined": {"f1": refined, "f1_tuned": 0.1},
            "decided": {"f1": refined},
        }
        validation = {
            "generator": {"f1": 0.2, "f1_tuned": 0.5, "f1_plugin": 0.4},
            "refined": {"f1": 0.5, "f1_tuned": 0.4},
        }
        path = result_folder.write(
            task,
            folder,
            seed,
            test,
            validation=validation,
            controls={name: {"f1_plugin": own} for name in _CONTROLS},
            selected={"epochs": 1, "decision": _decision("f1")},
            **parts,
        )
        _name_the_task_alone(path)
        return result_folder.path

    return write


@pytest.fixture
def write_shapes(result_folder):
    """Writes a result of `auto` on shapes whose control has a mean IOU of 60 %."""

    def write(folder, seed, *, own, refined):
        outputs = {"generator": 0.6, "refined": refined, "decided": refined}
        path = result_folder.write(
            f"border/{SHAPES_TASK}",
            folder,
            seed,
            {name: {"mean_iou": value} for name, value in outputs.items()},
            controls={name: {"mean_iou": own} for name in _CONTROLS},
            selected={"epochs": 1, "decision": _decision("mean_iou")},
        )
        _name_the_task_alone(path)
        return result_folder.path

    return write


def _name_the_task_alone(path):
    # The path has a folder more than the task's name.
    path.write_text(path.read_text().replace('"border/', '"'))


def _decision(metric):
    compared = {"output": "refined", "decoder": "plain", "metric": 0.5}
    first = {**compared, "gain": 0.5, "error": 0.1, "is_taken": True}
    return {
        **compared,
        "metric_name": metric,
        "sentence": "-",
        "compared": [first],
    }
