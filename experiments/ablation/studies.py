"""The studies by name."""

from experiments.ablation.parts import PARTS
from experiments.ablation.readings import READINGS

STUDIES = {"parts": PARTS, "readings": READINGS}
