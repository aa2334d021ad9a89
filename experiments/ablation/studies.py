"""The studies by name."""

from experiments.ablation.mask_readings import MASK_READINGS
from experiments.ablation.parts import PARTS
from experiments.ablation.tag_readings import TAG_READINGS

STUDIES = {
    "parts": PARTS,
    "tag_readings": TAG_READINGS,
    "mask_readings": MASK_READINGS,
}
