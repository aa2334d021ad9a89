"""Hooks of MkDocs: pages that read well on a code host become pages of the site.

A page of docs/ may do three things that a site cannot show as they are:

- include a file of the repository, or one section of it, between
  `<!-- include: ../BUILD.md#Decisions -->` and `<!-- end -->`; on a code host the text
  in between is a link to that file,
- link to a file outside docs/, which becomes the file's path in the repository,
- name a package in `::: ldrsp_tf.models`, which becomes each of its modules, so that
  a name that the package re-exports is documented once.
"""

import os
import pathlib
import re

_ROOT = pathlib.Path(__file__).resolve().parents[1]
_DOCS = _ROOT / "docs"


def on_page_markdown(markdown: str, page, **_) -> str:
    """Returns the Markdown of a page as the site needs it; MkDocs calls it."""
    folder = (_DOCS / page.file.src_uri).parent
    return site_markdown(markdown, folder)


def site_markdown(markdown: str, folder: pathlib.Path) -> str:
    """Returns a page with its files included, links rewritten and packages expanded.

    Args:
      markdown: The page as it is in the repository.
      folder: The folder of the page.
    """
    markdown = _relink(markdown, folder, folder)
    markdown = re.sub(
        r"<!-- include: (\S+?)(?:#([^>]+?))? -->.*?<!-- end -->",
        lambda match: _included(folder / match[1], match[2], folder),
        markdown,
        flags=re.S,
    )
    return re.sub(r"^::: (\S+)$", _modules, markdown, flags=re.M)


def _included(path: pathlib.Path, section: str | None, folder: pathlib.Path) -> str:
    """Returns the content of a file, or of its section, below the page's own title."""
    text = path.read_text(encoding="utf-8")
    if section is None:
        text = re.sub(r"\A# .*\n", "", text)
    else:
        found = re.search(
            rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, flags=re.S | re.M
        )
        if found is None:
            raise ValueError(f"{path} has no section {section!r}.")
        text = found[1]
    return _relink(text.strip(), path.resolve().parent, folder)


def _relink(text: str, source: pathlib.Path, folder: pathlib.Path) -> str:
    """Returns the text of a file in `source` with links that hold in `folder`."""

    def link(match: re.Match) -> str:
        label, target, anchor = match.groups(default="")
        path = pathlib.Path(os.path.normpath(source / target))
        if path.is_relative_to(_DOCS):
            return f"[{label}]({os.path.relpath(path, folder)}{anchor})"
        name = path.relative_to(_ROOT).as_posix()
        return f"`{name}`" if label.strip("`") == name else f"{label} (`{name}`)"

    # Addresses with a scheme, and places on the same page, stay.
    return re.sub(r"\[([^\]]+)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)", link, text)


def _modules(match: re.Match) -> str:
    name = match[1]
    folder = _ROOT / name.replace(".", "/")
    if not folder.is_dir():
        return match[0]
    modules = sorted(
        path.stem for path in folder.glob("*.py") if path.stem != "__init__"
    )
    package = f"::: {name}\n    options:\n      members: false"
    return "\n\n".join([package, *(f"::: {name}.{module}" for module in modules)])
