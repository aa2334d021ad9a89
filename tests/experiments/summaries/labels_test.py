import pytest

from experiments.summaries.labels import network_settings, row_label, split_folder
from experiments.tasks.task import get_task


@pytest.mark.parametrize(
    ("folder", "outputs", "rows", "network", "label"),
    [
        ("ldrsp", "generator", 2, "SPM", "SPM (LDRSP)"),
        ("ldrsp", "refined", 2, "SPM", "LDRSP"),
        ("ldrsp_plus", "generator", 2, "FCN", "FCN (LDRSP+)"),
        ("baseline", "generator", 1, "FCN", "FCN baseline"),
        ("dvn", "refined", 1, "FCN", "DVN"),
        ("chopps", "generator", 1, "FCN", "CHOPPS"),
        ("baseline-unet", "generator", 1, "FCN", "U-Net baseline"),
        ("ldrsp_plus-unet", "generator", 2, "FCN", "U-Net (LDRSP+)"),
        ("ldrsp_plus-unet", "refined", 2, "FCN", "LDRSP+, G = U-Net"),
        ("ldrsp", "own", 3, "FCN", "D's own prediction (LDRSP)"),
        ("ldrsp-unet", "own", 3, "FCN", "D's own prediction (LDRSP, G = U-Net)"),
        ("dvn-value", "refined", 1, "FCN", "DVN, D = value network"),
        ("ldrsp-value", "generator", 2, "FCN", "FCN (LDRSP, D = value network)"),
        (
            *("ldrsp-unet-value", "generator", 2, "FCN"),
            "U-Net (LDRSP, D = value network)",
        ),
        (
            *("ldrsp-unet-value", "refined", 2, "FCN"),
            "LDRSP, D = value network, G = U-Net",
        ),
        ("ldrsp-wide", "refined", 2, "FCN", "LDRSP, G = wide"),
        ("own", "refined", 2, "SPM", "own"),
    ],
)
def test_labels_are_in_the_papers_words(folder, outputs, rows, network, label):
    assert row_label(folder, outputs, rows, network) == label


def test_a_folder_is_a_method_and_its_networks():
    assert split_folder("ldrsp_plus-unet") == ("ldrsp_plus", "unet")
    assert split_folder("ldrsp_plus") == ("ldrsp_plus", "")


@pytest.mark.parametrize(
    "networks",
    [
        {},
        {"generator": "unet"},
        {"discriminator": "value"},
        {"generator": "unet", "discriminator": "value"},
    ],
)
def test_the_folder_of_a_run_names_the_settings_of_its_networks(networks):
    task = get_task("weizmann_horse")
    folder = task.run_folder(task.configure("lsgan", networks)).parent.name
    assert network_settings(folder) == networks
