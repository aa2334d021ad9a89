import pytest

from experiments.ablation.plan import ABLATIONS, METHOD
from experiments.ablation.runs import missing_jobs


def test_what_has_a_result_is_not_run_again(result_folder, tmp_path):
    result_folder.write("bibtex", f"{METHOD}-seen", 0, {})
    jobs = missing_jobs(result_folder.path, tmp_path, "bibtex", 2, ["--data_dir=D"])
    names = [job.name for job in jobs]
    assert len(names) == 2 * len(ABLATIONS) - 1
    assert f"bibtex/{METHOD}-seen/seed0" not in names
    assert names[0] == f"bibtex/{METHOD}-full/seed0"
    linear = next(job for job in jobs if job.name.endswith("linear_head/seed1"))
    assert linear.folder == tmp_path / linear.name
    assert {
        *("--data_dir=D", "--task=bibtex", f"--method={METHOD}", "--seed=1"),
        *("--discriminator_head=linear", "--ensemble=False"),
        f"--output_dir={linear.folder}",
    } <= set(linear.command)


@pytest.mark.slow
def test_the_command_prints_a_table_and_answers_mistakes(command_line, tmp_path):
    process = command_line.run(f"--results={tmp_path}", module="experiments.ablations")
    assert process.returncode == 0
    assert process.stdout.startswith("| changed part | refined |")
    (tmp_path / "bibtex" / f"{METHOD}-full" / "seed0").mkdir(parents=True)
    broken = tmp_path / "bibtex" / f"{METHOD}-full" / "seed0" / "result.json"
    broken.write_text("{")
    process = command_line.run(f"--results={tmp_path}", module="experiments.ablations")
    command_line.assert_one_sentence(process, "result.json is damaged")
