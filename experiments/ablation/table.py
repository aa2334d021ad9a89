"""The table of a study: the figures with each part changed."""

import pathlib

from experiments.ablation.study import WHOLE, Study, require_task
from experiments.cli.markdown import markdown_table
from experiments.summaries.collection import load_results
from ldrsp_tf.errors import UsageError


def ablation_table(results: pathlib.Path, task: str, study: Study) -> str:
    """Returns the table as Markdown; a row without results is left out.

    Args:
      results: The folder with `<task>/<method>-<ablation>/seed<k>/result.json`.
      task: The name of the task.
      study: The rows and the columns.

    Raises:
      UsageError: The study is not of such tasks, or there is no result of it.
    """
    require_task(task, study)
    # Those of another study may lack what this one needs.
    folders = [study.folder(name) for name in study.ablations]
    of_folder = load_results(results, task, *study.needed, methods=folders)
    runs = {
        name: {
            result["seed"]: result for result in of_folder.get(study.folder(name), [])
        }
        for name in study.ablations
    }
    rows = [
        (
            study.ablations[name].title,
            *(column.cell(runs[name], runs[WHOLE]) for column in study.columns),
        )
        for name in study.ablations
        if runs[name]
    ]
    if not rows:
        raise UsageError(
            f"{results} has no result of this study on {task}; make some with python "
            f"-m experiments.ablations --task={task} --study={study.name} --seeds=1, "
            "or name another folder by --results."
        )
    heads = tuple(column.head for column in study.columns)
    return markdown_table([("changed part", *heads), *rows])
