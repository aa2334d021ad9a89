"""Installs `ldrsp_tf`; `experiments` and `datasets` are used from the checkout."""

import pathlib
import re

from setuptools import find_packages, setup

ROOT = pathlib.Path(__file__).parent
VERSION = re.search(
    r'__version__ = "(.+)"', (ROOT / "ldrsp_tf" / "__init__.py").read_text()
).group(1)

# Refiner.load reads .keras files, and earlier releases of Keras run code on the way.
# tests/ldrsp_tf/refiner/hostile_files_test.py makes such files; Keras refuses
# - functions of any module (CVE-2025-1550) since 3.9.0,
# - its own functions, such as get_file, as layers (CVE-2025-8747, -9906) since 3.11.0,
# - vocabularies read from any file (CVE-2025-12058) since 3.12.0,
# - TFSMLayer, which runs a SavedModel (CVE-2026-1462), and weights read from any file
#   (CVE-2026-1669) since 3.12.1 and 3.13.2,
# - weights read from any HDF5 file (CVE-2026-12480) since 3.12.2 and 3.14.1.
# 3.12.2 is the first that refuses all of them; 3.12 is the last series for Python 3.10.
KERAS = "keras>=3.12.2,!=3.13.*,!=3.14.0"
# With 2.16.2 and this Keras, a discriminator learns nothing in the library's tests.
TENSORFLOW = "tensorflow>=2.17"

# For experiments, datasets and benchmarks, which a checkout has.
EXPERIMENTS = [
    "absl-py>=1.0",
    # TFDS imports it when it prepares a data set, without declaring it.
    "importlib_resources",
    # Legends outside of the axes came with this version.
    "matplotlib>=3.7",
    # `in_place` of `ImageOps.exif_transpose` came with this version.
    "pillow>=10.0",
    "requests>=2.25",
    "scipy>=1.9",
    # Shows the curves of a run; TensorFlow 2.21 no longer installs it.
    "tensorboard",
    "tensorflow-datasets>=4.9.4",
]
# For the proxy of the superpixel accuracy, used if the official archive is missing;
# `channel_axis` came with this version.
SUPERPIXELS = ["scikit-image>=0.19"]
# For experiments.sweep; its ask-and-tell interface and storage came with this version.
SWEEP = ["optuna>=3.0"]
# For --ray_address of experiments.tables and experiments.sweep.
# Its local clusters require a token since that version.
RAY = ["ray>=2.59"]
# For the site of docs/.
DOCS = ["mkdocs>=1.5", "mkdocstrings[python]>=0.24"]
# For the test that runs the notebook in docs/; they execute it anew, too.
NOTEBOOK = ["ipykernel", "nbclient", "nbformat"]

setup(
    name="ldrsp-tf",
    version=VERSION,
    description=(
        "Learning Discriminators as Energy Networks in Adversarial Learning, "
        "for TensorFlow 2"
    ),
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="The ldrsp-tf authors",
    license="Apache-2.0",
    license_files=["LICENSE"],
    keywords=[
        "adversarial learning",
        "deep learning",
        "energy-based models",
        "Keras",
        "multi-label classification",
        "semantic segmentation",
        "structured prediction",
        "TensorFlow",
    ],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Developers",
        "Intended Audience :: Science/Research",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Image Recognition",
        "Typing :: Typed",
    ],
    packages=find_packages(include=["ldrsp_tf", "ldrsp_tf.*"]),
    package_data={"ldrsp_tf": ["py.typed"]},
    python_requires=">=3.10",
    install_requires=[KERAS, "numpy>=1.26", TENSORFLOW],
    extras_require={
        "docs": DOCS,
        "experiments": EXPERIMENTS,
        "ray": RAY,
        "superpixels": SUPERPIXELS,
        "sweep": SWEEP,
        "test": [
            # TFDS's testing module imports it without declaring it.
            "dill",
            "h5py",
            "hypothesis",
            "import-linter>=2.0",
            "mypy>=1.11",
            "pytest",
            "pytest-xdist",
            "ruff",
            # For the test that builds a wheel.
            "setuptools",
            "wheel",
            *DOCS,
            *EXPERIMENTS,
            *NOTEBOOK,
            *RAY,
            *SUPERPIXELS,
            *SWEEP,
        ],
    },
)
