import pytest

from datasets.errors import DataError
from datasets.lfw_parts import name_lists


def test_pads_the_numbers_with_zeros_and_keeps_the_order(tmp_path):
    path = tmp_path / "parts_made.txt"
    path.write_text("Made_Up 0002\nAny_Body_Jr 12\nMade_Up 1\n")
    names = name_lists.read_names(path)
    assert names == ["Made_Up_0002", "Any_Body_Jr_0012", "Made_Up_0001"]
    assert [name_lists.person(name) for name in names] == [
        "Made_Up",
        "Any_Body_Jr",
        "Made_Up",
    ]


@pytest.mark.parametrize("line", ["Made_Up", "Made_Up one", "Made Up 1", "", "A -1"])
def test_a_bad_line_is_named(tmp_path, line):
    path = tmp_path / "parts_made.txt"
    path.write_text(f"Made_Up 1\n{line}\n")
    with pytest.raises(DataError, match="is not of the form 'Person Number'") as error:
        name_lists.read_names(path)
    assert f"{path}, line 2:" in str(error.value)
