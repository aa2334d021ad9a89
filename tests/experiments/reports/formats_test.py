import csv
import io

import pytest

from experiments.reports.formats import FORMATS, latex, markdown
from experiments.reports.layouts import layout_of
from experiments.reports.rows import build_table


def tag_result(generator, tuned, refined):
    return {
        "test": {
            "generator": {"f1": generator, "f1_tuned": tuned, "f1_plugin": 0.49},
            "refined": {"f1": refined, "f1_tuned": refined},
        }
    }


@pytest.fixture
def bibtex():
    results = {
        "ldrsp": [tag_result(0.40, 0.44, 0.46), tag_result(0.42, 0.45, 0.47)],
        "own": [{"test": {"generator": {"f1": 0.3, "f1_tuned": 0.5}}}],
    }
    return build_table(layout_of("bibtex"), results)


def line(text, start):
    return next(line for line in text.splitlines() if line.startswith(start))


def test_a_row_has_paper_mean_deviation_gain_and_seeds(bibtex):
    text = markdown(bibtex)
    # Deviation of (40, 42): sqrt(2) = 1.41; of (46, 47): 0.71. The gains over the tuned
    # decoder are 2 and 2, those over the plug-in -3 and -2: within 12.7 errors of 0.
    assert line(text, "| method").count("|") == line(text, "|---").count("|")
    assert line(text, "| SPM (LDRSP) ") == (
        "| SPM (LDRSP) | 42.8 | 41.0 ± 1.4 | 44.5 ± 0.7 | **49.0 ± 0.0** | - | - | 2 "
        "| `--method=ldrsp` |"
    )
    assert line(text, "| LDRSP ") == (
        "| LDRSP | 46.4 | **46.5 ± 0.7** | 46.5 ± 0.7 | - "
        "| +2.0 ± 0.0* | -2.5 ± 0.7 | 2 | `--method=ldrsp` |"
    )
    assert line(text, "| own ") == (
        "| own | - | 30.0 | **50.0** | - | - | - | 1 | `--method=own` |"
    )
    horses = markdown(build_table(layout_of("weizmann_horse"), {}))
    assert line(horses, "| CHOPPS ").endswith("| not measured | `--method=chopps` |")
    assert "`python -m experiments.run --task=bibtex`" in text


def test_a_table_of_controls_names_the_flag_that_measures_them():
    text = markdown(build_table(layout_of("controls/bibtex"), {}))
    assert "`python -m experiments.run --task=bibtex --controls`" in text


def test_the_papers_digits_are_kept():
    horses = markdown(build_table(layout_of("weizmann_horse"), {}))
    assert (
        line(horses, "| FCN baseline")
        == "| FCN baseline | 78.56 | 78.7 | not measured | `--method=baseline` |"
    )
    faces = markdown(build_table(layout_of("lfw_parts"), {}))
    assert "| FCN (EBGAN) | 95.50 |" in faces


def test_a_metric_that_a_seed_lacks_states_their_number():
    results = [tag_result(0.4, 0.4, 0.4), tag_result(0.4, 0.4, 0.4)]
    del results[0]["test"]["refined"]["f1_tuned"]
    text = markdown(build_table(layout_of("bibtex"), {"ldrsp": results}))
    assert "| **40.0 (of 1)** |" in line(text, "| LDRSP ")


def test_latex_escapes_and_balances(bibtex):
    text = latex(bibtex)
    assert r"\caption{Bibtex: example-averaged F1 on the test rows (\%)}" in text
    assert line(text, "LDRSP &") == (
        r"LDRSP & 46.4 & \textbf{46.5 $\pm$ 0.7} & 46.5 $\pm$ 0.7 & - "
        r"& +2.0 $\pm$ 0.0* & $-$2.5 $\pm$ 0.7 & 2 \\"
    )
    assert r"\texttt{wgan\_gp}" in text
    assert not {"`", "±"} & set(text)
    columns = text.split(r"\begin{tabular}{")[1].split("}")[0]
    rows = [row for row in text.splitlines() if row.endswith(r"\\")]
    assert {row.count("&") + 1 for row in rows} == {len(columns)}
    for begun in ("table", "tabular"):
        assert text.count(rf"\begin{{{begun}}}") == text.count(rf"\end{{{begun}}}")


def test_latex_names_its_package_and_labels_each_table_once(bibtex):
    claim = build_table(layout_of("claim/bibtex"), {})
    text = FORMATS["latex"]([bibtex, claim])
    assert text.startswith(r"% Needs \usepackage{booktabs}")
    for name in ("bibtex", "claim-bibtex"):
        assert text.count(rf"\label{{tab:{name}}}") == 1
    # A label refers to the number that the caption before it has.
    assert text.index(r"\caption") < text.index(r"\label")


def test_latex_escapes_every_special_character_of_a_folders_name():
    results = {"a{b}^c~d\\e<f>": [tag_result(0.4, 0.4, 0.4)]}
    text = latex(build_table(layout_of("bibtex"), results))
    assert line(text, "a").startswith(
        r"a\{b\}\textasciicircum{}c\textasciitilde{}d\textbackslash{}e"
        r"\textless{}f\textgreater{}"
    )


def test_latex_sets_every_minus_sign():
    results = {"ldrsp": [tag_result(0.5, 0.5, x) for x in (0.40, 0.43)]}
    text = latex(build_table(layout_of("claim/bibtex"), results))
    assert "[$-$" in text and "[-" not in text


def test_csv_is_one_file_of_figures(bibtex):
    horses = build_table(layout_of("weizmann_horse"), {})
    text = FORMATS["csv"]([bibtex, horses])
    lines = list(csv.DictReader(io.StringIO(text)))
    assert {entry["table"] for entry in lines} == {"1", "2"}
    gains = [entry for entry in lines if entry["column"] == "gain over G plug-in"]
    assert len(gains) == 1
    assert (gains[0]["method"], gains[0]["row"]) == ("ldrsp", "refined")
    assert gains[0]["seeds"] == "2"
    assert float(gains[0]["mean"]) == -2.5
    assert float(gains[0]["low"]) < -2.5 < float(gains[0]["high"])
    paper = next(entry for entry in lines if entry["column"] == "mean IOU, paper")
    assert (paper["method"], paper["mean"], paper["seeds"]) == ("chopps", "69.9", "")


def test_markdown_and_latex_have_a_title_each(bibtex):
    horses = build_table(layout_of("weizmann_horse"), {})
    text = FORMATS["markdown"]([bibtex, horses])
    assert text.startswith("### Table 1, Bibtex: ")
    assert "\n\n### Table 2, Weizmann horses: IOU" in text
    assert FORMATS["latex"]([bibtex, horses]).count(r"\caption") == 2


def claim_result(generator, refined, norm, correlation):
    return {
        **tag_result(generator, generator, refined),
        "score": {"gradient_norm": norm, "correlation": correlation},
    }


def test_the_claim_has_gains_with_their_interval_and_figures_of_d():
    results = {
        "gan": [claim_result(0.40, 0.40, 0.0012, -0.1)],
        "ldrsp": [
            claim_result(0.40, 0.43, 1.1, 0.5),
            claim_result(0.40, 0.45, 0.9, 0.5),
        ],
        "dvn": [
            {
                "test": {"refined": {"f1": 0.4}},
                "score": claim_result(0, 0, 2, 0)["score"],
            }
        ],
        "baseline": [{"test": {"generator": {"f1": 0.3}}}],
    }
    text = markdown(build_table(layout_of("claim/bibtex"), results))
    # Gains 3 and 5: 4 -+ 12.71 * 1.414 / sqrt(2). The paper's: 46.4 - 42.8.
    assert line(text, "| LDRSP ") == (
        "| LDRSP | +3.6 | +4.0 [-8.7, +16.7] | +4.0 [-8.7, +16.7] | 1 | 0.5 | 2 "
        "| `--method=ldrsp` |"
    )
    assert line(text, "| GAN ") == (
        "| GAN | -0.1 | +0.0 | +0.0 | 0.0012 | -0.1 | 1 | `--method=gan` |"
    )
    assert line(text, "| DVN ") == "| DVN | - | - | - | 2 | 0 | 1 | `--method=dvn` |"
    assert "baseline" not in text and "(LDRSP)" not in text
    assert "bold" not in text and "95 % confidence interval" in text
    assert FORMATS["markdown"](
        [build_table(layout_of("claim/bibtex"), results)]
    ).startswith("### Claim, Bibtex")


def test_a_row_of_other_networks_has_its_flags():
    results = {"ldrsp-unet": [{"test": {"refined": {"mean_iou": 0.8}}}]}
    text = markdown(build_table(layout_of("weizmann_horse"), results))
    row = line(text, "| LDRSP, G = U-Net ")
    assert row.endswith("| 1 | `--method=ldrsp` `--generator=unet` |")
