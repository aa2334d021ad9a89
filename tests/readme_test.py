"""The front page and the pages that continue its example: their code runs."""

import pathlib
import re
import textwrap

import pytest

ROOT = pathlib.Path(__file__).parents[1]
README = ROOT / "README.md"
# In the order of reading: a page may use the names of those before it.
PAGES = (
    "concepts",
    "refine_your_own_model",
    "predict_and_export",
    "faq",
    "cross_fitting",
)


def code_of(page):
    blocks = re.findall(r"^ *```python\n.*?```", page.read_text(), re.DOTALL | re.M)
    return [textwrap.dedent(block).split("\n", 1)[1][: -len("```")] for block in blocks]


def run(page, names):
    for block in code_of(page):
        exec(compile(block, page.name, "exec"), names)


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """The names that the README's code leaves, run in an empty folder."""
    found = {"__name__": "readme"}
    with pytest.MonkeyPatch.context() as place:
        place.chdir(tmp_path_factory.mktemp("readme"))
        run(README, found)
        yield found


@pytest.mark.slow
def test_the_code_of_the_readme_runs(names):
    assert len(code_of(README)) == 1
    prediction = names["prediction"]
    assert prediction.refined.shape == prediction.generated.shape == (100, 8)
    measured = names["refiner"].evaluate((names["x"][500:], names["y"][500:]))
    assert list(measured) == ["generator", "refined", "decided"]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_goes_on_from_the_readme(page, names):
    path = ROOT / "docs" / f"{page}.md"
    assert code_of(path)
    run(path, names)


def test_every_page_with_code_is_run():
    with_code = {page for page in ROOT.glob("docs/**/*.md") if code_of(page)}
    assert with_code == {ROOT / "docs" / f"{page}.md" for page in PAGES}


def test_the_wrapped_model_of_the_faq_takes_one_array(names):
    run(ROOT / "docs" / "faq.md", names)
    assert names["one_input"](names["x"][:3]).shape == (3, 8)


@pytest.mark.slow
def test_the_discriminator_of_the_faq_takes_token_ids(names):
    run(ROOT / "docs" / "faq.md", names)
    keras, np = names["keras"], names["np"]
    ids = np.random.default_rng(0).integers(0, 50, (60, 7))
    y = names["y"][:60]
    model = keras.Sequential(
        [
            keras.layers.Embedding(50, 4),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(8, activation="sigmoid"),
        ]
    )
    refiner = names["Refiner"](
        model,
        names["TagSpace"](),
        from_logits=False,
        frozen=True,
        discriminator=names["TextDiscriminator"](50, labels=8),
    )
    refiner.fit((ids, y), epochs=1)
    refiner.save("tokens")
    loaded = names["Refiner"].load("tokens")
    np.testing.assert_allclose(
        loaded.predict(ids).refined, refiner.predict(ids).refined, atol=1e-6
    )


@pytest.mark.slow
def test_the_cross_fitted_refiner_of_the_page_has_controls(names):
    from ldrsp_tf.controls import control_outputs

    run(ROOT / "docs" / "cross_fitting.md", names)
    outputs = control_outputs(names["refiner"], names["x"][500:])
    assert list(outputs) == ["own", "average"]


def test_the_readme_is_a_front_page():
    lines = README.read_text().splitlines()
    assert len(lines) <= 200
    assert lines.index("```python") < 39
    test_commands = [
        line for line in lines if re.match(r"pip install .* && .*pytest", line)
    ]
    assert len(test_commands) == 1  # `.ci/run` reads it.


def test_links_of_the_pages_outside_the_site_hold_on_a_code_host():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    broken = []
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            linked = (page.parent / path).resolve() if path else page
            if not linked.exists() or (anchor and anchor not in _anchors(linked)):
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def _anchors(page):
    """The anchors that a code host makes of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }
