"""The settings of a run on a user's own ARFF files; nothing here needs TensorFlow."""

import dataclasses

from experiments.tasks.tag_config import StandardizedTagConfig
from ldrsp_tf.settings import OURS, setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArffConfig(StandardizedTagConfig):
    """Adds the files, and how their labels and features are read."""

    train_file: str | None = setting(
        None, OURS, "ARFF file of the training rows", is_path=True, group="data"
    )
    test_file: str | None = setting(
        None,
        OURS,
        "ARFF file of the test rows; without it --test_fraction of the training rows "
        "is held out",
        is_path=True,
        group="data",
    )
    test_fraction: float = setting(
        0.25,
        OURS,
        "share of the rows of --train_file that is held out for the test where there "
        "is no --test_file",
        high=1,
        group="data",
    )
    split_seed: int = setting(
        0,
        OURS,
        "seed of the rows that --test_fraction holds out; separate from --seed, so "
        "that they are the same for every --seed",
        group="data",
    )
    labels_xml: str | None = setting(
        None,
        OURS,
        "Mulan's XML file with the names of the labels",
        is_path=True,
        group="data",
    )
    num_labels: int | None = setting(
        None,
        OURS,
        "n for labels that are the first n attributes, -n for the last n; without it "
        "and --labels_xml, the '-C n' of the file's relation holds, as in MEKA",
        low=None,
        group="data",
    )
