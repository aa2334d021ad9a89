"""The studies by name."""

from experiments.ablation.mask_readings import MASK_READINGS
from experiments.ablation.parts import PARTS
from experiments.ablation.tag_readings import TAG_READINGS

STUDIES = {study.name: study for study in (PARTS, TAG_READINGS, MASK_READINGS)}
