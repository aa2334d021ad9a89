"""Pages of documentation, and their parts that are generated from results."""

import pathlib
import re
from collections.abc import Callable, Mapping

from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.files import write_text

# Kind of a part -> makes its text from the name that the mark gives.
Makers = Mapping[str, Callable[[str], str]]


def pages_below(root: pathlib.Path) -> list[pathlib.Path]:
    """Returns README.md and every Markdown page of docs/, as far as they exist.

    Args:
      root: The folder that holds README.md and docs/.
    """
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return [page for page in pages if page.is_file()]


def require_pages(root: pathlib.Path) -> None:
    """Refuses a folder that has no page.

    Args:
      root: The folder of `--docs`, that should hold README.md or docs/.

    Raises:
      UsageError: The folder has neither README.md nor a page below docs/.
    """
    if not pages_below(root):
        raise UsageError(
            f"{root} holds neither README.md nor a page of docs/; --docs names the "
            "folder that does."
        )


def replace_parts(text: str, makers: Makers) -> str:
    """Returns the text with each marked part generated anew.

    A part reads `<!-- KIND: NAME -->` ... `<!-- end -->`; marks of other kinds are left
    as they are.

    Args:
      text: The text of a page.
      makers: The generator of each kind of part.
    """

    def part(match: re.Match) -> str:
        kind, name = match.groups()
        return f"<!-- {kind}: {name} -->\n{makers[kind](name)}\n<!-- end -->"

    kinds = "|".join(map(re.escape, makers))
    return re.sub(rf"<!-- ({kinds}): (\S+) -->.*?<!-- end -->", part, text, flags=re.S)


def update_pages(root: pathlib.Path, makers: Makers) -> list[pathlib.Path]:
    """Writes the pages whose marked parts have changed, and returns their paths.

    All parts are generated before the first page is written, so that a part that cannot
    be made leaves every page as it is.

    Args:
      root: The folder that holds README.md and docs/.
      makers: The generator of each kind of part.
    """
    before = {page: page.read_text(encoding="utf-8") for page in pages_below(root)}
    after = {page: replace_parts(text, makers) for page, text in before.items()}
    changed = [page for page in before if before[page] != after[page]]
    for page in changed:
        write_text(page, after[page])
    return changed
