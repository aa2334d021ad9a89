import pytest

from experiments.ablation.mask_readings import MASK_READINGS
from experiments.ablation.parts import PARTS
from experiments.ablation.runs import missing_jobs
from experiments.ablation.study import WHOLE, Ablation, Study
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


def _write_result(result_folder, **changed):
    """Writes a result without a figure, of the settings of today but for some."""
    config = get_task("bibtex").configure(PARTS.method, PARTS.settings_of("seen"))
    config = {**config.as_dict(), **changed}
    result_folder.write("bibtex", PARTS.folder("seen"), 0, {}, config=config)


def test_what_has_a_result_is_not_run_again(result_folder, tmp_path):
    _write_result(result_folder)
    jobs = missing_jobs(
        result_folder.path, tmp_path, "bibtex", PARTS, 2, ["--data_dir=D"]
    )
    names = [job.name for job in jobs]
    assert len(names) == 2 * len(PARTS.ablations) - 1
    assert "bibtex/ldrsp_cross-seen/seed0" not in names
    assert names[0] == "bibtex/ldrsp_cross-full/seed0"
    linear = next(job for job in jobs if job.name.endswith("linear_head/seed1"))
    assert linear.folder == tmp_path / linear.name
    assert {
        *("--data_dir=D", "--task=bibtex", "--method=ldrsp_cross", "--seed=1"),
        *("--discriminator_head=linear", "--ensemble=False"),
        f"--output_dir={linear.folder}",
    } <= set(linear.command)


def test_results_of_other_settings_are_refused_before_any_run(result_folder, tmp_path):
    _write_result(result_folder, epochs=7)
    folders = result_folder.path, tmp_path / "runs"
    with pytest.raises(UsageError, match=r"ldrsp_cross-seen .*\(epochs\); move them"):
        missing_jobs(*folders, "bibtex", PARTS, 2, [])
    # Nothing of that row is missing.
    assert missing_jobs(*folders, "bibtex", PARTS, 1, [])


def test_a_run_has_the_settings_of_its_study_and_of_its_row(tmp_path):
    jobs = missing_jobs(tmp_path, tmp_path, "weizmann_horse", MASK_READINGS, 1, [])
    wide, half = jobs[:2]
    assert wide.name == "weizmann_horse/ldrsp-full/seed0"
    assert {"--method=ldrsp", "--width=32", "--discriminator_width=32"} <= set(
        wide.command
    )
    assert {"--width=32", "--discriminator_width=16"} <= set(half.command)
    assert "--discriminator_width=32" not in half.command


def test_a_setting_with_a_space_is_one_argument(tmp_path):
    path = tmp_path / "my data" / "train.arff"
    path.parent.mkdir()
    path.write_text(
        "@relation 'made: -C 1'\n@attribute tag {0,1}\n@attribute size real\n"
        "@data\n" + "1,10\n0,20\n" * 4
    )
    whole = {WHOLE: Ablation("the whole", {})}
    study = Study("made", "baseline", {"train_file": str(path)}, whole, columns=())
    (job,) = missing_jobs(tmp_path, tmp_path, "arff", study, 1, [])
    assert f"--train_file={path}" in job.command


def test_a_study_of_other_tasks_is_refused_before_any_run(tmp_path):
    with pytest.raises(UsageError, match=r"--\w+ is not a setting of task 'bibtex'"):
        missing_jobs(tmp_path, tmp_path, "bibtex", MASK_READINGS, 1, [])
