r"""Tags of the user's own ARFF files.

    python -m experiments.run --task=arff --train_file=my-train.arff \
        --test_file=my-test.arff --labels_xml=my.xml

Without `--labels_xml` the labels are the first or last attributes, as MEKA has them: by
`--num_labels`, else by the `-C n` of the file's relation.
"""

from experiments.configs import bibtex
from experiments.tasks import arff
from experiments.tasks.arff_config import ArffConfig
from experiments.tasks.search_spaces import tag_spaces
from experiments.tasks.tag_config import FIRST_UPDATES
from experiments.tasks.task import DescribedInputs, Task

TASK = Task(
    name="arff",
    title="ARFF files",
    config=ArffConfig,
    # The best settings where they were measured; a sweep finds those for your data.
    settings=bibtex.TASK.settings,
    overrides={
        **bibtex.TASK.overrides,
        # As many updates as generators of `auto` have, and none of what a search found
        # on Bibtex: it is the plain network that `auto` is compared with. Those of
        # `auto` have more dropout.
        "baseline": {"epochs": 60, "updates": FIRST_UPDATES},
    },
    search_space=tag_spaces(),
    default_method="auto",
    paper={},
    load=arff.load,
    source_checksums=arff.source_checksums,
    described_inputs=DescribedInputs(
        arff.read_inputs, arff.preprocessing, arff.columns
    ),
)
