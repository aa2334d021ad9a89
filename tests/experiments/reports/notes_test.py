from experiments.reports.layouts import layout_of
from experiments.reports.notes import table_notes
from experiments.reports.rows import build_table

FACES = {"superpixel_accuracy_slic": 0.9}


def notes(task, **results):
    tests = {
        method: [{"test": dict.fromkeys(rows, FACES)}] * seeds
        for method, (rows, seeds) in results.items()
    }
    return "\n".join(table_notes(build_table(layout_of(task), tests)))


def test_missing_runs_are_listed_with_their_command():
    text = notes("lfw_parts", gan=(("generator", "refined"), 1))
    assert (
        "Not measured: `dvn`, `baseline`, `lsgan`, `wgan_gp`, `ebgan`, `ldrsp`, "
        "`ldrsp_plus`. Run them with `python -m experiments.tables --table=3 "
        "--tasks=lfw_parts --run_missing`."
    ) in text


def test_a_reconstruction_is_named_once_it_is_measured():
    sentence = "Our PRLR is a reconstruction: it follows"
    assert sentence in notes("bibtex", prlr=(("generator",), 1))
    assert sentence not in notes("bibtex")


def test_the_proxy_is_explained_where_there_are_results():
    assert "SLIC" not in notes("lfw_parts")
    assert "not comparable" in notes("lfw_parts", gan=(("generator",), 1))


def test_the_test_of_a_gain_is_named_if_there_is_one():
    both = ("generator", "refined")
    assert "Student's t" in notes("lfw_parts", gan=(both, 2))
    one = notes("lfw_parts", gan=(both, 1))
    assert "Student" not in one
    assert "one seed" in one
    assert "A gain" not in notes("lfw_parts", gan=(("generator",), 2))
