import importlib.util
import logging
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hooks():
    spec = importlib.util.spec_from_file_location(
        "site_hooks", ROOT / "docs" / "site_hooks.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site, built in strict mode."""
    pytest.importorskip("mkdocs", reason="mkdocs is not installed (extra: docs)")
    pytest.importorskip("mkdocstrings_handlers.python", reason="extra: docs")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    folder = tmp_path_factory.mktemp("site")
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True)
    problems = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: problems.append(record.getMessage())
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
    except Exception as error:
        pytest.fail("\n".join([*problems, str(error)]))
    finally:
        logger.removeHandler(handler)
    return folder


@pytest.mark.slow
def test_the_site_builds_strictly(site):
    assert (site / "index.html").is_file()
    assert (site / "refine_your_own_model.ipynb").is_file()
    assert not (site / "site_hooks.py").exists()


@pytest.mark.slow
def test_each_part_of_the_library_has_an_api_page(site):
    pages = "".join(page.read_text() for page in (site / "api").rglob("*.html"))
    library = ROOT / "ldrsp_tf"
    parts = [path.stem for path in library.glob("*.py") if path.stem != "__init__"]
    parts += [path.parent.name for path in library.glob("*/__init__.py")]
    missing = [part for part in parts if f'id="ldrsp_tf.{part}"' not in pages]
    assert missing == []
    assert 'id="ldrsp_tf.refiner.refiner.Refiner.fit"' in pages


def test_a_name_is_documented_once(site):
    page = (site / "api" / "data" / "index.html").read_text()
    assert 'id="ldrsp_tf.data.folds.assign_folds"' in page
    assert 'id="ldrsp_tf.data.assign_folds"' not in page


def test_included_files_stand_on_their_pages(site):
    changelog = (site / "changelog" / "index.html").read_text()
    assert "0.2.0" in changelog and "predict_batch_size" in changelog
    decisions = (site / "design_decisions" / "index.html").read_text()
    assert "fused Adam" in decisions and "Add a method" not in decisions


def test_links_that_leave_docs_become_paths(hooks):
    folder = ROOT / "docs" / "results"
    text = "See [BUILD.md](../../BUILD.md#decisions) and [the code](../../setup.py)."
    assert hooks.site_markdown(text, folder) == (
        "See `BUILD.md` and the code (`setup.py`)."
    )


@pytest.mark.parametrize(
    "link",
    [
        "[page](bibtex.md#findings)",
        "![curves](../claim.png)",
        "[site](https://docs.ray.io)",
        "[below](#few-rows)",
    ],
)
def test_links_within_docs_stay(hooks, link):
    assert hooks.site_markdown(link, ROOT / "docs" / "results") == link


def test_links_of_an_included_file_hold_on_the_page(hooks, tmp_path):
    text = "<!-- include: ../CONTRIBUTING.md -->\nlink\n<!-- end -->"
    shown = hooks.site_markdown(text, ROOT / "docs")
    assert "`BUILD.md`" in shown and "](BUILD.md" not in shown
    assert not shown.startswith("# ")


def test_a_missing_section_is_named(hooks):
    text = "<!-- include: ../BUILD.md#No such section -->\n<!-- end -->"
    with pytest.raises(ValueError, match="no section 'No such section'"):
        hooks.site_markdown(text, ROOT / "docs")


def test_a_package_becomes_its_modules(hooks):
    shown = hooks.site_markdown("::: ldrsp_tf.losses", ROOT / "docs" / "api")
    assert "::: ldrsp_tf.losses.gradient_penalty" in shown
    assert "__init__" not in shown
    module = "::: ldrsp_tf.oracles"
    assert hooks.site_markdown(module, ROOT / "docs" / "api") == module
