"""JSON files of a run, written so that a killed process leaves no partial file."""

import json
import pathlib
from collections.abc import Mapping
from typing import Any

from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.files import write_text

# The paths of the user's own files, in a run's folder; it is of this machine alone.
SOURCES_FILE = "sources.json"

# All that new inputs need of the training rows (`LoadedData.inputs`).
INPUTS_FILE = "inputs.json"


def write_json(path: pathlib.Path, content: dict[str, Any]) -> None:
    """Writes a JSON object as `write_text` does."""
    write_text(path, json.dumps(content, indent=1) + "\n")


def read_json(path: pathlib.Path) -> dict[str, Any] | None:
    """Returns the JSON object in a file, or None if there is no such file.

    Raises:
      UsageError: The file is damaged or holds no JSON object.
    """
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError(
            f"{path} is damaged ({error}); delete it, or choose another --output_dir."
        ) from error
    if not isinstance(content, dict):
        raise UsageError(f"{path} does not hold a JSON object; delete it.")
    return content


def metrics_by_outputs(result: Mapping[str, Any]) -> dict[str, Mapping[str, float]]:
    """Returns the test metrics of a run's outputs, then those of its controls."""
    return {**result["test"], **result.get("controls", {})}
