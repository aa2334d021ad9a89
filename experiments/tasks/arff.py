"""Loads the ARFF files that an `ArffConfig` names, and rows to predict the tags of."""

import pathlib
import time
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from datasets.arff.header import Attribute, Header, read_header
from datasets.arff.labels import as_label
from datasets.arff.labels_xml import read_labels_xml
from datasets.arff.meka import doubt_labels
from datasets.arff.reader import ArffData, read_arff
from datasets.arff.text import require_file
from datasets.errors import DataError
from datasets.loading import LoadedData
from datasets.preparation.checksums import file_checksums
from experiments.tasks.arff_config import ArffConfig
from experiments.tasks.arff_inputs import ArffInputs
from experiments.tasks.inputs import NewInputs
from experiments.tasks.standardization import Standardization
from ldrsp_tf.errors import UsageError

if TYPE_CHECKING:
    from ldrsp_tf.models.preprocessing import StandardizeFeatures

_Rows = dict[str, np.ndarray]


def load(
    config: ArffConfig, data_dir: str | None, manual_dir: str | None
) -> LoadedData:
    """Reads the files of a run.

    Args:
      config: The settings that name the files.
      data_dir: Not used.
      manual_dir: Not used.

    Returns:
      The splits train and test, with `features` and `labels`.

    Raises:
      UsageError: The settings name no file, no labels or no rows to test on, or the
        labels that the file's relation names look like features.
      DataError: A file is damaged, or the files do not belong together.
    """
    del data_dir, manual_dir
    begin = time.perf_counter()
    checksums = source_checksums(config)
    train_file = _train_file(config)
    _require_other_rows(config, checksums)
    header = read_header(train_file)
    labels = label_names(config, header)
    _require_labels(config, header)
    rows = _rows(read_arff(train_file, labels))
    features = _features(header, labels)
    if config.test_file:
        test_header = read_header(config.test_file)
        found = _features(test_header, labels)
        _require_same_features(features, train_file, found, config.test_file)
        of_training = _values_that_mean_1(header, train_file, labels)
        of_test = _values_that_mean_1(test_header, config.test_file, labels)
        _require_same_labels(of_training, train_file, of_test, config.test_file)
        binary = _binary_features(features)
        train, test = rows, _rows(read_arff(config.test_file, labels, binary=binary))
    else:
        train, test = _divided(config, rows)
    standardization = Standardization.of(config.standardize, train["features"])
    name = pathlib.Path(train_file).name
    known = ArffInputs(name, labels, features, standardization)
    return LoadedData(
        "arff",
        {"train": known.preprocess(train), "test": known.preprocess(test)},
        checksums,
        time.perf_counter() - begin,
        notes=_label_notes(config, header, labels),
        inputs=known.as_dict(),
    )


def preprocessing(inputs: Mapping[str, Any]) -> "StandardizeFeatures | None":
    """Returns the standardization of rows that `read_inputs` reads; None without one.

    Args:
      inputs: The description of the training rows (`LoadedData.inputs`).
    """
    return ArffInputs.from_dict(inputs).preprocessing


def columns(inputs: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Returns the names of the inputs' columns, and of the labels.

    Args:
      inputs: The description of the training rows (`LoadedData.inputs`).
    """
    known = ArffInputs.from_dict(inputs)
    return known.columns, known.labels


def read_inputs(inputs: Mapping[str, Any], path: pathlib.Path) -> NewInputs:
    """Reads rows to predict tags for, as the file has them (`preprocessing`).

    The file has the features of the training file. It may have the labels too, whose
    values are ignored.

    Args:
      inputs: What `load` has found of the training rows (`LoadedData.inputs`).
      path: The file.

    Raises:
      DataError: The file is damaged, or has other features than the training rows.
    """
    known = ArffInputs.from_dict(inputs)
    found = _features(read_header(path), known.labels)
    _require_same_features(known.features, known.train_file, found, str(path))
    binary = _binary_features(known.features)
    new = read_arff(str(path), [], ignored=known.labels, binary=binary)
    names = [str(row) for row in range(len(new.features))]
    return NewInputs(names, new.features, label_names=known.labels)


def source_checksums(config: ArffConfig) -> dict[str, str]:
    """Returns the SHA-256 of each file that the settings name, by their names."""
    paths = config.given_paths()
    for path in paths.values():
        require_file(path)
    return file_checksums(paths)


def label_names(config: ArffConfig, header: Header) -> list[str]:
    """Returns the names of the labels, from an XML file or attribute positions.

    Args:
      config: The settings.
      header: The header of the training file.

    Raises:
      UsageError: The settings name no file or no labels, or name labels twice.
    """
    if not config.labels_xml:
        return _outer_labels(config, header)
    if config.num_labels is not None:
        raise UsageError(
            "--labels_xml and --num_labels both name the labels; give one."
        )
    return read_labels_xml(config.labels_xml)


def _train_file(config: ArffConfig) -> str:
    if not config.train_file:
        raise UsageError("--task=arff needs --train_file=FILE, and best --test_file.")
    return config.train_file


def _require_other_rows(config: ArffConfig, checksums: Mapping[str, str]) -> None:
    """Refuses the training rows as test rows."""
    if checksums.get("test_file") == checksums["train_file"]:
        raise UsageError(
            f"{config.test_file} has the same content as {config.train_file}, and a "
            "test needs other rows; leave --test_file out to hold some of them out."
        )


def _outer_labels(config: ArffConfig, header: Header) -> list[str]:
    train_file = _train_file(config)
    count = config.num_labels
    if count is None:
        count = header.meka_labels
    if count is None:
        raise UsageError(
            f"{train_file} does not say which attributes are labels (its "
            "relation has no '-C n'); give --labels_xml=FILE, or --num_labels=n for "
            "the first n, -n for the last."
        )
    if not 0 < abs(count) < len(header.attributes):
        raise UsageError(
            f"{count} of the {len(header.attributes)} attributes of "
            f"{train_file} cannot be its labels; give --num_labels=n for the "
            "first n, -n for the last, so that labels and features are left."
        )
    return header.outer_names(count)


def _require_labels(config: ArffConfig, header: Header) -> None:
    """Refuses labels of the relation's `-C n` that look like features."""
    if config.labels_xml or config.num_labels is not None:
        return  # The user has named them.
    train_file = _train_file(config)
    count = header.meka_labels
    assert count is not None
    doubt = doubt_labels(header, count)
    if doubt is None:
        return
    names = header.outer_names(count)
    raise UsageError(
        f"The '-C {count}' in the relation of {train_file} makes labels of "
        f"{_first_and_last(names)}, but {doubt}; if they are the labels nevertheless, "
        f"give --num_labels={count}, else --num_labels=n for the first n attributes, "
        "-n for the last, or --labels_xml=FILE."
    )


def _label_notes(
    config: ArffConfig, header: Header, labels: Sequence[str]
) -> tuple[str, ...]:
    """Returns sentences that name the labels, and the values that mean 1."""
    source = "--labels_xml" if config.labels_xml else "--num_labels"
    if not config.labels_xml and config.num_labels is None:
        source = f"the '-C {header.meka_labels}' of the file's relation"
    number = "The label" if len(labels) == 1 else f"The {len(labels)} labels"
    verb = "is" if len(labels) == 1 else "are"
    notes = [f"{number} {verb} {_first_and_last(labels)}, by {source}."]
    by_name = {attribute.name: attribute for attribute in header.attributes}
    values = [as_label(_train_file(config), by_name[name]).on for name in labels]
    found = sorted({value for value in values if value is not None})
    if found:
        shown = " or ".join(map(repr, found[:3])) + " ..." * (len(found) > 3)
        notes.append(f"A label with values other than 0 and 1 is on at {shown}.")
    return tuple(notes)


def _first_and_last(names: Sequence[str]) -> str:
    return " to ".join(repr(name) for name in dict.fromkeys((names[0], names[-1])))


def _divided(config: ArffConfig, rows: _Rows) -> tuple[_Rows, _Rows]:
    """Returns the rows to train on, and those that `--test_fraction` holds out."""
    number = len(rows["labels"])
    held_out = round(number * config.test_fraction)
    if not 0 < held_out < number:
        raise UsageError(
            f"--test_fraction={config.test_fraction} leaves {held_out} test rows of "
            f"{number}; a test needs some, and so does training."
        )
    # Tasks are listed without TensorFlow, which the library's data functions need.
    from ldrsp_tf.data.examples import divide_rows

    train, test = (
        {name: array[part] for name, array in rows.items()}
        for part in divide_rows(number, held_out, config.split_seed)
    )
    return train, test


def _rows(data: ArffData) -> _Rows:
    return {"features": data.features, "labels": data.labels}


def _require_same_features(
    expected: list[Attribute], train_file: str, found: list[Attribute], path: str
) -> None:
    """Raises a DataError if a file's features differ from the training rows'."""
    for i in range(max(len(expected), len(found))):
        ours, theirs = expected[i : i + 1], found[i : i + 1]
        if [*map(_kind, ours)] != [*map(_kind, theirs)]:
            raise DataError(
                f"{path} has {_shown(theirs)} as feature {i + 1} where "
                f"{train_file} has {_shown(ours)}; the features of both must "
                "be the same, in the same order"
            )


def _values_that_mean_1(
    header: Header, path: str, labels: Collection[str]
) -> dict[str, str]:
    """Returns the value at which each label is on, by the label's name."""
    return {
        attribute.name: as_label(path, attribute).on or "1"
        for attribute in header.attributes
        if attribute.name in set(labels)
    }


def _require_same_labels(
    of_training: dict[str, str], train_file: str, of_path: dict[str, str], path: str
) -> None:
    """Raises a DataError if another value of a label than in training means 1."""
    for label, value in of_path.items():
        if value != of_training[label]:
            raise DataError(
                f"the label {label!r} is on where it is {value!r} in {path}, and where "
                f"it is {of_training[label]!r} in {train_file}: declare the same "
                "values in both, in the same order"
            )


def _features(header: Header, labels: Collection[str]) -> list[Attribute]:
    return [a for a in header.attributes if a.name not in set(labels)]


def _binary_features(features: Sequence[Attribute]) -> list[str]:
    """Returns the training features that have 0 and 1 alone, by their declaration."""
    return [attribute.name for attribute in features if attribute.is_binary]


def _kind(attribute: Attribute) -> tuple[str, Sequence[str]]:
    """Returns what has to be the same.

    {0,1}, {1,0} and a numeric attribute give the same column.
    """
    return attribute.name, () if attribute.is_binary else attribute.values


def _shown(attributes: list[Attribute]) -> str:
    return str(attributes[0]) if attributes else "none"
