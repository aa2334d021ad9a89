"""The settings of a run on ARFF files of the user's own."""

import dataclasses

from experiments.tasks.config import OURS, setting
from experiments.tasks.standardization import CHOICES
from experiments.tasks.tags import TagConfig


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArffConfig(TagConfig):
    """Adds to the multi-label settings where rows and labels come from."""

    train_file: str | None = setting(None, OURS, "ARFF file of the training rows")
    test_file: str | None = setting(
        None, OURS, "ARFF file of the test rows; else --test_fraction holds some out"
    )
    test_fraction: float = setting(
        0.25,
        OURS,
        "share of the rows of --train_file to test on, without --test_file",
        high=1,
    )
    split_seed: int = setting(
        0,
        OURS,
        "seed of the rows that --test_fraction holds out; of its own, so that they are "
        "the same for every --seed",
    )
    labels_xml: str | None = setting(
        None, OURS, "Mulan's XML file, which names the labels"
    )
    num_labels: int | None = setting(
        None,
        OURS,
        "the first n attributes are labels, for a negative n the last; without it and "
        "--labels_xml, the '-C n' of the file's relation holds, as for MEKA",
        low=None,
    )
    standardize: str = setting(
        "auto",
        OURS,
        "features brought to mean 0 and variance 1 over the training rows; auto: those "
        "that are not within 0 and 1 there",
        choices=CHOICES,
    )
