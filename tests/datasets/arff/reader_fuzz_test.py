"""Random tables are read as they were written, and damaged files are refused."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.arff.reader import read_arff
from datasets.errors import DataError

_SETTINGS = settings(max_examples=60, derandomize=True, deadline=None, database=None)

# Letters, and all characters with a meaning in an ARFF file.
_NAMES = st.text("aZ09é日 \t'\"\\,%{}?@_-=\u2028", min_size=1, max_size=6)
_KINDS = st.one_of(
    st.none(),
    st.permutations(["0", "1"]),
    st.lists(_NAMES, min_size=1, max_size=3, unique=True),
)
_LABELS = ("label 1", "label 2")


@st.composite
def tables(draw):
    """Draws attributes (name -> values or None), labels first, and rows of values."""
    names = draw(st.lists(_NAMES, min_size=1, max_size=4, unique=True))
    attributes = {name: draw(_KINDS) for name in names if name not in _LABELS}
    attributes = {**{label: ["1", "0"] for label in _LABELS}, **attributes, "x": None}
    values = [
        st.floats(width=32, allow_nan=False, allow_infinity=False)
        if kind is None
        else st.sampled_from(kind)
        for kind in attributes.values()
    ]
    rows = draw(st.lists(st.tuples(*values), min_size=1, max_size=5))
    return attributes, rows


def quoted(text):
    escaped = str(text).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def written(attributes, rows, sparse):
    lines = ["@relation made"]
    for name, kind in attributes.items():
        values = "numeric" if kind is None else f"{{{','.join(map(quoted, kind))}}}"
        lines.append(f"@attribute {quoted(name)} {values}")
    lines.append("@data")
    for row in rows:
        named = [
            (i, value)
            for i, (value, kind) in enumerate(zip(row, attributes.values()))
            # A sparse row leaves out 0, or the first of the values.
            if not sparse or value != (0 if kind is None else kind[0])
        ]
        words = [
            f"{i} " * sparse + (quoted(value) if isinstance(value, str) else f"{value}")
            for i, value in named
        ]
        lines.append("{" * sparse + ",".join(words) + "}" * sparse)
    return "\n".join(lines) + "\n"


def expected_features(attributes, rows):
    columns = []
    for i, kind in list(enumerate(attributes.values()))[len(_LABELS) :]:
        values = [row[i] for row in rows]
        if kind is None or sorted(kind) == ["0", "1"]:
            columns.append(values)
        else:
            columns += [[value == word for value in values] for word in kind]
    return np.array(columns, np.float32).T


@_SETTINGS
@given(table=tables(), sparse=st.booleans())
def test_a_random_table_is_read_as_it_was_written(tmp_path_factory, table, sparse):
    path = tmp_path_factory.getbasetemp() / "round trip.arff"
    path.write_text(written(*table, sparse), encoding="utf-8")
    data = read_arff(path, _LABELS)
    np.testing.assert_array_equal(data.features, expected_features(*table))
    labels = [[int(value) for value in row[: len(_LABELS)]] for row in table[1]]
    np.testing.assert_array_equal(data.labels, labels)


_PIECES = [b"'", b'"', b"\\", b"{", b"}", b",", b"%", b"?", b"\n", b"\r", b"\x00", b"_"]
_PIECES += [
    b" ",
    b"-",
    b"1e999",
    b"nan",
    b"9" * 5000,
    b"@data\n",
    b"\xff",
    "٣½".encode(),
]


@st.composite
def damages(draw):
    """Draws a part of the file, by two shares of its length, and its replacement."""
    begin = draw(st.floats(0, 1))
    length = draw(st.one_of(st.just(0.0), st.floats(0, 0.1), st.floats(0, 1)))
    piece = draw(st.one_of(st.sampled_from(_PIECES), st.binary(max_size=4)))
    return begin, min(1.0, begin + length), piece


@_SETTINGS
@given(table=tables(), sparse=st.booleans(), damage=st.lists(damages(), min_size=1))
def test_a_damaged_file_is_read_or_named(tmp_path_factory, table, sparse, damage):
    path = tmp_path_factory.getbasetemp() / "damaged.arff"
    content = written(*table, sparse).encode()
    for begin, end, piece in damage:
        size = len(content)
        content = content[: int(begin * size)] + piece + content[int(end * size) :]
    path.write_bytes(content)
    try:
        data = read_arff(path, _LABELS)
    except DataError as error:
        assert str(path) in str(error)
        assert len(str(error).splitlines()) == 1
    else:
        assert np.isfinite(data.features).all()
        assert len(data.features) == len(data.labels) > 0
