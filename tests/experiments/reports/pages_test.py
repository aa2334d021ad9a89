import pytest

from experiments.reports.pages import pages_below, replace_parts, update_pages


def upper(name):
    return name.upper()


@pytest.fixture
def root(tmp_path):
    (tmp_path / "docs" / "results").mkdir(parents=True)
    (tmp_path / "README.md").write_text("<!-- loud: a -->\n<!-- end -->\n")
    (tmp_path / "docs" / "plain.md").write_text("Nothing is generated here.\n")
    page = tmp_path / "docs" / "results" / "b.md"
    page.write_text("<!-- loud: b -->\nold\n<!-- end -->\n")
    (tmp_path / "docs" / "notes.txt").write_text("<!-- loud: c -->\n<!-- end -->\n")
    (tmp_path / "BUILD.md").write_text("<!-- loud: d -->\n<!-- end -->\n")
    return tmp_path


def test_pages_are_the_readme_and_the_markdown_of_docs(root):
    names = [str(page.relative_to(root)) for page in pages_below(root)]
    assert names == ["README.md", "docs/plain.md", "docs/results/b.md"]


def test_parts_of_other_kinds_stay(root):
    text = "<!-- loud: a -->\n<!-- end -->\n<!-- soft: b -->\nkept\n<!-- end -->\n"
    new = replace_parts(text, {"loud": upper})
    assert new == (
        "<!-- loud: a -->\nA\n<!-- end -->\n<!-- soft: b -->\nkept\n<!-- end -->\n"
    )


def test_the_pages_that_change_are_written_and_named(root):
    changed = update_pages(root, {"loud": upper})
    assert changed == [root / "README.md", root / "docs" / "results" / "b.md"]
    assert changed[1].read_text() == "<!-- loud: b -->\nB\n<!-- end -->\n"
    assert update_pages(root, {"loud": upper}) == []


def test_a_part_that_cannot_be_made_leaves_every_page(root):
    def fails_at_b(name):
        if name == "b":
            raise ValueError(name)
        return name

    before = [page.read_text() for page in pages_below(root)]
    with pytest.raises(ValueError):
        update_pages(root, {"loud": fails_at_b})
    assert [page.read_text() for page in pages_below(root)] == before
