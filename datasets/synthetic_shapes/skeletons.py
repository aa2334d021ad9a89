"""Skeletons of the synthetic animals: bones with a thickness, and their rasters.

An animal looks to the left and is the union of `NUM_BONES` bones. A bone is a line from
a start to an end with a radius at each; lengths are in pixels of a picture of `SIZE` x
`SIZE`, angles in degrees: 0 is right, 90 down, 180 left, 270 up. Each constant below
that is a pair is drawn uniformly between its two values, independently for each animal
(and each leg); `SCALE` multiplies all lengths of an animal:

    bone          starts                    angle          length        radius
    body          at the chest              TILT           BODY          CHEST, RUMP
    neck          at the chest              NECK, GRAZING  NECK_LENGTH   2.1 to 1.2
    head          at the end of the neck    HEAD           HEAD_LENGTH   1.3 to 0.7
    ear           at the end of the neck    EAR            2.0           0.6 to 0.3
    thigh (4)     2 at the chest, 2 at the  THIGH          THIGH_LENGTH  1.2 to 0.7
                  rump, STANCE apart
    shank (4)     at the end of its thigh   thigh + KNEE   SHANK_LENGTH  0.7 to 0.5
    tail          at the rump               TAIL           TAIL_LENGTH   0.6 to 0.5
    tassel        at the end of the tail    TASSEL         TAIL_LENGTH   0.6 to 0.45

With probability `GRAZES` the angle of the neck is `GRAZING` instead of `NECK`.
"""

import dataclasses

import numpy as np

SIZE = 32
SUPERSAMPLING = 3

SCALE = (0.95, 1.2)
CENTER_X = (16.0, 18.5)
CENTER_Y = (12.5, 15.5)

TILT = (-8, 8)
BODY = (8.5, 11.5)
CHEST = (2.6, 3.5)
RUMP = (2.4, 3.3)
GRAZES = 0.2
NECK = (205, 255)
GRAZING = (130, 165)
NECK_LENGTH = (4.5, 6.5)
HEAD = (115, 185)
HEAD_LENGTH = (2.6, 3.8)
EAR = (250, 310)
STANCE = (0.8, 1.8)
THIGH = (62, 118)
THIGH_LENGTH = (4.5, 6.0)
KNEE = (-32, 32)
SHANK_LENGTH = (3.5, 5.0)
TAIL = (0, 80)
TASSEL = (65, 110)
TAIL_LENGTH = (2.0, 4.0)

NUM_BONES = 14
_FIRST_THIN_BONE = 3


@dataclasses.dataclass(frozen=True)
class Bones:
    """The B bones of each of N animals, or of N other things.

    Attributes:
      starts: The x and y of the starts, in pixels, `[N, B, 2]`.
      ends: The x and y of the ends, in pixels, `[N, B, 2]`.
      radii: The radii at the start and at the end, in pixels, `[N, B, 2]`.
    """

    starts: np.ndarray
    ends: np.ndarray
    radii: np.ndarray


def is_thin() -> np.ndarray:
    """Returns whether each bone is thin (ear, legs and tail), `[NUM_BONES]`, bool."""
    return np.arange(NUM_BONES) >= _FIRST_THIN_BONE


def draw(random: np.random.RandomState, num_animals: int) -> Bones:
    """Draws the skeletons of animals.

    Args:
      random: The source of the random numbers.
      num_animals: The number of animals.

    Returns:
      The bones of each animal, in the order of the table.
    """

    def uniform(bounds: tuple[float, float]) -> np.ndarray:
        return random.uniform(*bounds, num_animals)  # [N]

    scale = uniform(SCALE)
    bones = []  # Start [N, 2], end [N, 2] and radii [N, 2] of each.

    def add(
        start: np.ndarray,
        angle: np.ndarray,
        length: np.ndarray | float,
        start_radius: np.ndarray | float,
        end_radius: np.ndarray | float,
    ) -> np.ndarray:
        end = start + polar(angle, scale * length)
        radii = np.broadcast_arrays(scale * start_radius, scale * end_radius)
        bones.append((start, end, np.stack(radii, axis=1)))
        return end

    center = np.stack([uniform(CENTER_X), uniform(CENTER_Y)], axis=1)
    tilt, length = uniform(TILT), uniform(BODY)
    chest_radius, rump_radius = uniform(CHEST), uniform(RUMP)
    chest = center - polar(tilt, scale * length / 2)
    rump = add(chest, tilt, length, chest_radius, rump_radius)

    grazes = random.random_sample(num_animals) < GRAZES
    neck = np.where(grazes, uniform(GRAZING), uniform(NECK))
    withers = chest + polar(neck, scale * chest_radius / 2)
    nape = add(withers, neck, uniform(NECK_LENGTH), 2.1, 1.2)
    add(nape, uniform(HEAD), uniform(HEAD_LENGTH), 1.3, 0.7)
    add(nape, uniform(EAR), 2.0, 0.6, 0.3)

    for joint, radius in ((chest, chest_radius), (rump, rump_radius)):
        for side in (-1, 1):
            hip = joint + polar(0, side * scale * uniform(STANCE))
            hip = hip + polar(90, scale * radius / 3)
            thigh = uniform(THIGH)
            knee = add(hip, thigh, uniform(THIGH_LENGTH), 1.2, 0.7)
            add(knee, thigh + uniform(KNEE), uniform(SHANK_LENGTH), 0.7, 0.5)

    root = rump + polar(-30, scale * rump_radius * 0.8)
    tip = add(root, uniform(TAIL), uniform(TAIL_LENGTH), 0.6, 0.5)
    add(tip, uniform(TASSEL), uniform(TAIL_LENGTH), 0.6, 0.45)
    return Bones(*(np.stack(part, axis=1) for part in zip(*bones)))


def polar(angle: np.ndarray | float, length: np.ndarray | float) -> np.ndarray:
    """Returns vectors of the given angles and lengths, `[N, 2]`.

    Args:
      angle: The angles, in degrees, `[N]`.
      length: The lengths, in pixels, `[N]`.
    """
    radians = np.deg2rad(angle)
    vector = np.broadcast_arrays(length * np.cos(radians), length * np.sin(radians))
    return np.stack(vector, axis=-1)


def rasterize(bones: Bones) -> np.ndarray:
    """Computes the fraction of each pixel that each bone covers.

    Args:
      bones: The B bones of each of N things.

    Returns:
      The fractions, from 0 to 1, `[N, B, SIZE, SIZE]`.
    """
    # One thing at a time keeps the supersampled rasters in the processor's cache.
    parts = (bones.starts, bones.ends, bones.radii)
    return np.stack([_rasterize_one(*thing) for thing in zip(*parts)])


def _rasterize_one(
    starts: np.ndarray, ends: np.ndarray, radii: np.ndarray
) -> np.ndarray:
    """Computes the coverage `[B, SIZE, SIZE]` of the bones of one thing."""
    fine = SIZE * SUPERSAMPLING
    axis = ((np.arange(fine) + 0.5) / SUPERSAMPLING).astype(np.float32)
    vector = (ends - starts).astype(np.float32)[:, :, None, None]  # [B, 2, 1, 1]
    x = axis[None, None, :] - starts[:, 0, None, None].astype(np.float32)  # [B, 1, P]
    y = axis[None, :, None] - starts[:, 1, None, None].astype(np.float32)  # [B, P, 1]
    dx, dy = vector[:, 0], vector[:, 1]  # [B, 1, 1]
    # The position of the nearest point of the line, as a fraction of its length.
    share = np.clip((x * dx + y * dy) / (dx**2 + dy**2), 0, 1)  # [B, P, P]
    first, last = radii.astype(np.float32).T[:, :, None, None]
    radius = first + share * (last - first)
    inside = (x - share * dx) ** 2 + (y - share * dy) ** 2 < radius**2
    blocks = inside.reshape([-1, SIZE, SUPERSAMPLING, SIZE, SUPERSAMPLING])
    return blocks.mean(axis=(2, 4), dtype=np.float32)
