"""A process that loads a data set, and prepares it if nobody has yet.

    python -m tests.datasets.another_load NAME DATA_DIR [MANUAL_DIR]

It prints the number of rows of each split.
"""

import json
import sys

from datasets import loading

if __name__ == "__main__":
    _, name, data_dir, *manual_dir = sys.argv
    data = loading.load(
        name, data_dir=data_dir, manual_dir=next(iter(manual_dir), None)
    )
    print(json.dumps({s: len(rows["labels"]) for s, rows in data.splits.items()}))
