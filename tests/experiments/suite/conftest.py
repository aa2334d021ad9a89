import pytest

# Figures of a plain MLP, of LDRSP and of auto; seed 1 is 0.02 above seed 0.
FIGURES = {
    "mulan/emotions": (0.60, 0.50, 0.61),
    "mulan/scene": (0.70, 0.71, 0.72),
    "bibtex": (0.40, 0.30, 0.40),
}


@pytest.fixture
def suite_results(result_folder):
    """Two seeds of three methods on three data sets."""
    for task, (plain, refined, decided) in FIGURES.items():
        for seed in range(2):
            more = 0.02 * seed
            write = result_folder.write
            # The tuned threshold is better on validation rows, the plug-in on the test.
            test = {"f1": 0.1, "f1_tuned": plain + more, "f1_plugin": 0.9}
            chosen = {"f1": 0.1, "f1_tuned": 0.5, "f1_plugin": 0.4}
            generator = {"generator": test}, {"generator": chosen}
            write(task, "baseline", seed, generator[0], validation=generator[1])
            outputs = {"refined": {"f1": refined + more, "f1_tuned": 0.2}}
            write(task, "ldrsp", seed, outputs, validation=outputs)
            write(task, "auto", seed, {"decided": {"f1": decided + more}})
    return result_folder
