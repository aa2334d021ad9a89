"""The first words of summaries, headings and messages (card: CONTRIBUTING.md)."""

import ast
import json
import pathlib
import re
from collections.abc import Iterator

import pytest

_ROOT = pathlib.Path(__file__).parents[1]
_PACKAGES = ["ldrsp_tf", "experiments", "datasets", "benchmarks"]
_QUESTION = re.compile(r"\W*(what|whatever|where|who|whoever|whose|how)\b", re.I)
# Words of which the last letter does not make a verb.
_NO_VERBS = frozenset(
    [
        "always",
        "as",
        "class",
        "epochs",
        "features",
        "folders",
        "gradients",
        "has",
        "images",
        "inputs",
        "is",
        "its",
        "keras",
        "less",
        "logits",
        "methods",
        "minus",
        "multiplications",
        "operations",
        "originals",
        "outputs",
        "rows",
        "sentences",
        "settings",
        "shapes",
        "tags",
        "this",
        "trials",
        "weights",
        "whereas",
    ]
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _trees(folder: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((_ROOT / folder).rglob("*.py")):
        yield str(path.relative_to(_ROOT)), ast.parse(path.read_text())


def _docstrings(folder: str) -> Iterator[tuple[str, ast.AST, str]]:
    """The place, the node and the summary of each docstring."""
    for name, tree in _trees(folder):
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, *_FUNCTIONS)):
                text = ast.get_docstring(node)
                if text:
                    line = getattr(node, "lineno", 1)
                    yield f"{name}:{line}", node, text.splitlines()[0]


def _messages(folder: str) -> Iterator[tuple[str, str]]:
    """The place and the beginning of each error's text, and of each `help=`."""
    for name, tree in _trees(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                texts = node.args[:1] if called.endswith("Error") else []
                texts += [word.value for word in node.keywords if word.arg == "help"]
                if ".DEFINE_" in called:
                    texts += node.args[2:3]
                for text in texts:
                    if beginning := _beginning(text):
                        yield f"{name}:{text.lineno}", beginning


def _beginning(text: ast.expr) -> str:
    if isinstance(text, ast.JoinedStr):
        text = text.values[0]
    known = isinstance(text, ast.Constant) and isinstance(text.value, str)
    return text.value if known else ""


def _pages() -> Iterator[tuple[str, str]]:
    """The name and the Markdown of each page, without its code."""
    for path in [*_ROOT.glob("*.md"), *sorted((_ROOT / "docs").rglob("*.md"))]:
        yield str(path.relative_to(_ROOT)), _without_code(path.read_text())
    for path in sorted((_ROOT / "datasets").rglob("README.md")):
        yield str(path.relative_to(_ROOT)), _without_code(path.read_text())
    for path in sorted((_ROOT / "docs").rglob("*.ipynb")):
        cells = json.loads(path.read_text())["cells"]
        texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        yield str(path.relative_to(_ROOT)), "\n\n".join(texts)


def _without_code(text: str) -> str:
    return re.sub(r"^ *(```|~~~).*?^ *\1", "", text, flags=re.DOTALL | re.MULTILINE)


def _headings_and_first_sentence(text: str) -> Iterator[str]:
    """A heading that is a question, as in the FAQ, ends in its mark and is left out."""
    lines = [line for line in text.splitlines() if line.strip()]
    yield from (line for line in lines if re.match(r"#.*[^?]$", line))
    yield from [line for line in lines if re.match(r"[\w*_`]", line)][:1]


def _is_attribute(node: ast.AST) -> bool:
    """Whether the function is read like an attribute, so that its summary is a noun."""
    decorators = map(ast.unparse, getattr(node, "decorator_list", []))
    return any(name.endswith(("property", ".setter")) for name in decorators)


def _is_public_function(node: ast.AST) -> bool:
    return isinstance(node, _FUNCTIONS) and not node.name.startswith("_")


def _is_verb(summary: str) -> bool:
    word = re.match(r"\W*([\w-]*)", summary)[1]
    return word[:1].isupper() and word.endswith("s") and word.lower() not in _NO_VERBS


@pytest.mark.parametrize("folder", [*_PACKAGES, "tests"])
def test_no_docstring_begins_with_a_question_word(folder):
    found = [
        f"{place} {summary}"
        for place, _, summary in _docstrings(folder)
        if _QUESTION.match(summary)
    ]
    assert not found, "\n".join([f"{len(found)}:", *found])


@pytest.mark.parametrize("folder", _PACKAGES)
def test_the_summary_of_a_function_begins_with_a_verb(folder):
    """A heuristic: the verb of "Returns the mean" ends in s."""
    found = [
        f"{place} {summary}"
        for place, node, summary in _docstrings(folder)
        if _is_public_function(node)
        and not _is_attribute(node)
        and not _is_verb(summary)
    ]
    assert not found, "\n".join([f"{len(found)}:", *found])


@pytest.mark.parametrize("folder", _PACKAGES)
def test_no_message_begins_with_a_question_word(folder):
    messages = list(_messages(folder))
    assert messages
    found = [f"{place} {text}" for place, text in messages if _QUESTION.match(text)]
    assert not found, "\n".join([f"{len(found)}:", *found])


def test_no_heading_or_page_begins_with_a_question_word():
    pages = dict(_pages())
    assert "README.md" in pages
    found = [
        f"{name}: {line}"
        for name, text in pages.items()
        for line in _headings_and_first_sentence(text)
        if _QUESTION.match(line)
    ]
    assert not found, "\n".join([f"{len(found)}:", *found])


@pytest.mark.parametrize(
    ("summary", "is_verb"),
    [
        ("Returns the mean.", True),
        ("Rolls back if the block raises.", True),
        ("Return the mean.", False),
        ("The mean of y.", False),
        ("Whether it is open.", False),
        ("This is a mean.", False),
        ("returns the mean.", False),
    ],
)
def test_a_verb_is_known_by_its_end(summary, is_verb):
    assert _is_verb(summary) is is_verb


@pytest.mark.parametrize("text", ["What x is.", "*Where* x is.", "## How x is made"])
def test_a_question_word_is_seen(text):
    assert _QUESTION.match(text)
