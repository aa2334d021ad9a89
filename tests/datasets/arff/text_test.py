import pytest

from datasets.arff.text import meaningful_lines, split, split_row, unquote
from datasets.errors import DataError


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a, b,,c ", ["a", "b", "", "c"]),
        ("", [""]),
        ("'a,b', \"c,d\" ,e", ["'a,b'", '"c,d"', "e"]),
        (r"'it\'s, b',c", [r"'it\'s, b'", "c"]),
        ("don't,can't", ["don't", "can't"]),
        ("3 'a, b',4 c", ["3 'a, b'", "4 c"]),
        ("'a',", ["'a'", ""]),
    ],
)
def test_commas_in_quotes_do_not_split(text, parts):
    assert split(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a\tb c\td", ["a", "b c", "d"]),
        ("a,\tb\t,c \t\t d", ["a", "b", "c", "d"]),
        ("a\t'b\tc,d'\t\te", ["a", "'b\tc,d'", "e"]),
        ("'a' \t, \"b\"\tdon't", ["'a'", '"b"', "don't"]),
        ("a\tb,,c", ["a", "b", "", "c"]),
        ("a, b", ["a", "b"]),
    ],
)
def test_tabs_and_commas_separate_the_values_of_a_row(text, parts):
    assert split_row(text) == parts


@pytest.mark.parametrize("text", ["a\t'b", "'a\tb"])
def test_an_open_quote_among_tabs_is_refused(text):
    with pytest.raises(ValueError, match="not closed"):
        split_row(text)


@pytest.mark.parametrize("text", ["'a, b", 'a, "b', r"'a\'"])
def test_an_open_quote_is_refused(text):
    with pytest.raises(ValueError, match="not closed"):
        split(text)


def test_many_open_quotes_are_refused_in_no_time():
    with pytest.raises(ValueError, match="not closed"):
        split("a 'b' c " * 10_000 + "'")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("a b", "a b"),
        ("'a b'", "a b"),
        ('"it\'s"', "it's"),
        (r"'it\'s 5\% of a \\'", "it's 5% of a \\"),
        (r"'a\tb\nc'", "a\tb\nc"),
        (r"m\'usica", r"m\'usica"),
        ("", ""),
    ],
)
def test_quotes_and_the_backslashes_in_them_are_removed(word, text):
    assert unquote(word) == text


def test_empty_lines_and_comments_are_left_out(tmp_path):
    path = tmp_path / "made.arff"
    path.write_text(
        "% one\n\n a % two\n50%,2 %three\n'b % four' %'\n'b % five\n\n{1 '%'}"
    )
    assert list(meaningful_lines(path)) == [
        (3, "a"),
        (4, "50%,2"),
        (5, "'b % four'"),
        (6, "'b % five"),
        (8, "{1 '%'}"),
    ]


def test_a_comment_may_have_another_encoding(tmp_path):
    path = tmp_path / "made.arff"
    path.write_bytes("% größe\na\nß\n".encode("latin1"))
    lines = meaningful_lines(path)
    assert next(lines) == (2, "a")
    with pytest.raises(DataError, match="line 3: not UTF-8"):
        next(lines)
