"""Installs `ldrsp_tf`; `experiments` and `datasets` are used from the checkout."""

import pathlib
import re

from setuptools import find_packages, setup

ROOT = pathlib.Path(__file__).parent
VERSION = re.search(
    r'__version__ = "(.+)"', (ROOT / "ldrsp_tf" / "__init__.py").read_text()
).group(1)

# For the proxy of the superpixel accuracy, where the official archive is missing;
# `channel_axis` came with this version.
SUPERPIXELS = ["scikit-image>=0.19"]
# For experiments.sweep; its ask-and-tell interface and storage came with this version.
SWEEP = ["optuna>=3.0"]
# For --ray_address of experiments.tables and experiments.sweep.
RAY = ["ray"]

# For the test that runs the notebook in docs/; they execute it anew, too.
NOTEBOOK = ["ipykernel", "nbclient", "nbformat"]

setup(
    name="ldrsp-tf",
    version=VERSION,
    description=(
        "Learning Discriminators as Energy Networks in Adversarial Learning, "
        "for TensorFlow 2"
    ),
    long_description=(ROOT / "README.md").read_text(),
    long_description_content_type="text/markdown",
    packages=find_packages(include=["ldrsp_tf", "ldrsp_tf.*"]),
    python_requires=">=3.10",
    install_requires=[
        "absl-py",
        # TFDS imports it when it prepares a data set, without declaring it.
        "importlib_resources",
        "matplotlib",
        "numpy",
        "pillow",
        "requests",
        "scipy",
        "tensorboard",
        "tensorflow>=2.16",
        "tensorflow-datasets>=4.9.4",
    ],
    extras_require={
        "ray": RAY,
        "superpixels": SUPERPIXELS,
        "sweep": SWEEP,
        # TFDS's testing module imports dill without declaring it.
        "test": [
            "dill",
            "hypothesis",
            "pytest",
            "pytest-xdist",
            "ruff",
            *NOTEBOOK,
            *RAY,
            *SUPERPIXELS,
            *SWEEP,
        ],
    },
)
