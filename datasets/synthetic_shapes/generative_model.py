"""The generative model of the synthetic shapes: all pictures are drawn from it.

A picture is painted in layers, each over the previous ones; colours are RGB in [0, 1].
"Clutter", "bars" and "bushes" are bones as in `skeletons`. N(s) is normal with standard
deviation s, drawn for each channel; U(a, b) is uniform, one number for all channels.

    sky, ground    a grey of U(GRAY) plus N(TINT); below a horizon at row U(HORIZON) the
                   same colour plus N(GROUND)
    texture        smooth noise, equal in all channels: each octave of TEXTURE_GRIDS
                   has the standard deviation TEXTURE
    clutter        NUM_CLUTTER bones anywhere, in the animal's colour plus N(CLUTTER),
                   so that colour alone does not identify the animal
    animal         the sky's colour plus a vector of length U(CONTRAST) and random
                   direction, mostly towards white or black; plus N(SPOTS) where smooth
                   noise is positive, and a texture of its own. Each thin bone has an
                   opacity of U(THIN_OPACITY): some legs are almost invisible
    bars, bushes   NUM_BARS upright bars and NUM_BUSHES round bushes, in the sky's
                   colour plus N(OCCLUDER); they occlude the animal
    noise          N(NOISE) for each value; the result is clipped

The mask is the whole animal, including its occluded parts: 1 where it covers at least
half of a pixel. Where pixels show nothing, only knowledge of the shape helps: an animal
has one body, one neck with a head on its left, four legs below the body, and a tail.

`Parameters` makes other pictures. Its defaults are the data set. With an `occlusion`,
squares of BLOCK pixels show the scenery and the clutter as if no animal were there;
each is centered at a random pixel of the animal, and they are added until they hide
that share of its pixels.
"""

import dataclasses

import numpy as np

from datasets.errors import DataError
from datasets.synthetic_shapes import skeletons
from datasets.synthetic_shapes.skeletons import SIZE, Bones

SEED = 20190102
NUM_ROWS = {"train": 400, "validation": 100, "test": 200}

GRAY = (0.3, 0.7)
TINT = 0.06
HORIZON = (14.0, 25.0)
GROUND = 0.06
TEXTURE = 0.035
TEXTURE_GRIDS = (6, 12, 24)
NUM_CLUTTER = 3
CLUTTER = 0.08
CONTRAST = (0.3, 0.65)
SPOTS = 0.06
THIN_OPACITY = (0.35, 1.0)
NUM_BARS = 2
NUM_BUSHES = 1
OCCLUDER = 0.1
NOISE = 0.04
BLOCK = 5


@dataclasses.dataclass(frozen=True)
class Parameters:
    """Parameters of the pictures, by default those of the data set.

    Attributes:
      occlusion: The share of an animal's pixels that blocks hide, in [0, 1].
      rows: The number of training pictures, the first ones of `NUM_ROWS`;
        None for all.
      draw: The number of the draw: other pictures of the same model.
    """

    occlusion: float = 0.0
    rows: int | None = None
    draw: int = 0


@dataclasses.dataclass(frozen=True)
class Pictures:
    """Generated pictures and their masks.

    Attributes:
      images: The pictures in RGB, `[N, SIZE, SIZE, 3]`, uint8.
      masks: The class ids, `[N, SIZE, SIZE]`, uint8: 0 background, 1 animal.
    """

    images: np.ndarray
    masks: np.ndarray


def generate(parameters: Parameters = Parameters()) -> dict[str, Pictures]:
    """Generates the pictures of all splits, the same at every call.

    Args:
      parameters: The parameters of the pictures.

    Raises:
      DataError: There are not as many training pictures.
    """
    _require_rows(parameters)
    # Of NumPy's generators, only RandomState repeats its numbers in all versions.
    random = np.random.RandomState(SEED + parameters.draw)
    # Numbers of its own, so that the rest of a picture does not depend on `occlusion`.
    of_blocks = np.random.RandomState([SEED, parameters.draw])
    splits = {
        split: _draw(random, num_rows, of_blocks, parameters.occlusion)
        for split, num_rows in NUM_ROWS.items()
    }
    train, kept = splits["train"], slice(parameters.rows)
    return {**splits, "train": Pictures(train.images[kept], train.masks[kept])}


def _require_rows(parameters: Parameters) -> None:
    available, asked = NUM_ROWS["train"], parameters.rows
    if asked is not None and not 0 < asked <= available:
        raise DataError(
            f"there are {available:,} training pictures, and {asked:,} are asked for; "
            "ask for fewer"
        )


def _draw(
    random: np.random.RandomState,
    num_rows: int,
    of_blocks: np.random.RandomState,
    occlusion: float,
) -> Pictures:
    animals = skeletons.rasterize(skeletons.draw(random, num_rows))  # [N, B, S, S]
    masks = animals.max(axis=1) >= 0.5
    sky = random.uniform(*GRAY, [num_rows, 1]) + _normal(random, TINT, num_rows)
    animal = sky + _contrast(random, num_rows)

    images = _scenery(random, sky)
    images = _scatter(random, images, _draw_clutter(random, num_rows), animal, CLUTTER)
    colours, opacity = _coat(random, animal, animals)
    opacity = np.where(_draw_blocks(of_blocks, masks, occlusion), 0, opacity)
    images = _paint(images, colours, opacity)
    images = _scatter(random, images, _draw_bars(random, num_rows), sky, OCCLUDER)
    images = _scatter(random, images, _draw_bushes(random, num_rows), sky, OCCLUDER)
    images = images + random.normal(0, NOISE, images.shape)
    return Pictures(
        images=np.rint(255 * np.clip(images, 0, 1)).astype(np.uint8),
        masks=masks.astype(np.uint8),
    )


def _draw_blocks(
    random: np.random.RandomState, masks: np.ndarray, share: float
) -> np.ndarray:
    """Draws the pixels that are hidden, `[N, S, S]` of bool.

    Args:
      random: The source of the random numbers.
      masks: The pixels of each animal, `[N, S, S]` of bool.
      share: The share of an animal's pixels to hide, in [0, 1].
    """
    hidden = np.zeros(masks.shape, bool)
    for mask, blocks in zip(masks, hidden):
        pixels = np.argwhere(mask)
        while blocks[mask].sum() < share * len(pixels):
            row, column = pixels[int(random.random_sample() * len(pixels))]
            first = slice(max(0, row - BLOCK // 2), row + BLOCK // 2 + 1)
            second = slice(max(0, column - BLOCK // 2), column + BLOCK // 2 + 1)
            blocks[first, second] = True
    return hidden


def _paint(images: np.ndarray, colours: np.ndarray, coverage: np.ndarray) -> np.ndarray:
    """Paints a colour over images.

    Args:
      images: The images, `[N, S, S, 3]`.
      colours: The colours, of a shape that broadcasts to `[N, S, S, 3]`.
      coverage: The opacity of the colour, from 0 to 1, `[N, S, S]`.

    Returns:
      The painted images, `[N, S, S, 3]`.
    """
    return images + coverage[..., None] * (colours - images)


def _scatter(
    random: np.random.RandomState,
    images: np.ndarray,
    bones: Bones,
    colour: np.ndarray,
    deviation: float,
) -> np.ndarray:
    """Paints bones over images, each in a colour plus N(deviation).

    Args:
      random: The source of the random numbers.
      images: The images, `[N, S, S, 3]`.
      bones: The B bones of each image.
      colour: The mean colour of the bones of each image, `[N, 3]`.
      deviation: The standard deviation of each channel of a bone's colour.

    Returns:
      The painted images, `[N, S, S, 3]`.
    """
    for coverage in skeletons.rasterize(bones).swapaxes(0, 1):  # [N, S, S]
        own = colour + _normal(random, deviation, len(images))
        images = _paint(images, own[:, None, None], coverage)
    return images


def _scenery(random: np.random.RandomState, sky: np.ndarray) -> np.ndarray:
    """Paints textured sky and ground, `[N, S, S, 3]`; `sky` is `[N, 3]`."""
    ground = sky + _normal(random, GROUND, len(sky))
    horizon = random.uniform(*HORIZON, [len(sky), 1, 1])
    is_ground = np.arange(SIZE)[:, None] >= horizon  # [N, S, 1]
    plain = np.broadcast_to(sky[:, None, None], [len(sky), SIZE, SIZE, 3])
    images = _paint(plain, ground[:, None, None], is_ground)
    return images + _texture(random, len(sky))


def _coat(
    random: np.random.RandomState, colour: np.ndarray, animals: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the colours `[N, S, S, 3]` and opacities `[N, S, S]` of animals."""
    num_rows = len(animals)
    is_spot = _smooth_noise(random, num_rows, TEXTURE_GRIDS[0]) > 0
    spots = is_spot[..., None] * _normal(random, SPOTS, num_rows)[:, None, None]
    colours = colour[:, None, None] + spots + _texture(random, num_rows)
    opacity = random.uniform(*THIN_OPACITY, animals.shape[:2])
    opacity = np.where(skeletons.is_thin(), opacity, 1)  # [N, B]
    return colours, (opacity[:, :, None, None] * animals).max(axis=1)


def _contrast(random: np.random.RandomState, num_rows: int) -> np.ndarray:
    """Draws the difference between each animal's colour and the sky's, `[N, 3]`."""
    direction = _normal(random, 1, num_rows)
    # Mostly lighter or darker: real animals seldom differ from a meadow by hue alone.
    direction += 1.5 * np.sign(direction.sum(axis=1, keepdims=True))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return random.uniform(*CONTRAST, [num_rows, 1]) * direction


def _draw_clutter(random: np.random.RandomState, num_rows: int) -> Bones:
    """Draws bones anywhere, between a stick and a boulder in shape."""
    starts = random.uniform(0, SIZE, [num_rows, NUM_CLUTTER, 2])
    lengths = random.uniform(2, 9, [num_rows, NUM_CLUTTER])
    angles = random.uniform(0, 360, [num_rows, NUM_CLUTTER])
    radii = random.uniform(0.4, 1.8, [num_rows, NUM_CLUTTER, 2])
    return Bones(starts, starts + skeletons.polar(angles, lengths), radii)


def _draw_bars(random: np.random.RandomState, num_rows: int) -> Bones:
    """Draws nearly upright bars from the lower edge up to the upper half."""
    shape = [num_rows, NUM_BARS]
    feet = np.stack([random.uniform(0, SIZE, shape), np.full(shape, SIZE)], axis=-1)
    angles, lengths = random.uniform(262, 278, shape), random.uniform(16, 34, shape)
    radii = random.uniform(0.5, 1.1, shape)
    tops = feet + skeletons.polar(angles, lengths)
    return Bones(feet, tops, np.stack([radii, radii], axis=-1))


def _draw_bushes(random: np.random.RandomState, num_rows: int) -> Bones:
    """Draws short, thick bones around the animals' legs."""
    shape = [num_rows, NUM_BUSHES]
    centers = np.stack(
        [random.uniform(2, 30, shape), random.uniform(14, 28, shape)], axis=-1
    )
    width = skeletons.polar(0, random.uniform(0.5, 3, shape))
    radii = random.uniform(1.2, 2.8, [*shape, 2])
    return Bones(centers - width, centers + width, radii)


def _texture(random: np.random.RandomState, num_rows: int) -> np.ndarray:
    """Draws smooth noise of several wavelengths, `[N, S, S, 1]`."""
    octaves = [_smooth_noise(random, num_rows, grid) for grid in TEXTURE_GRIDS]
    return TEXTURE * np.sum(octaves, axis=0)[..., None]


def _smooth_noise(
    random: np.random.RandomState, num_rows: int, grid: int
) -> np.ndarray:
    """Draws N(1) on a grid x grid lattice, interpolated linearly to `[N, S, S]`."""
    nodes = np.linspace(0, SIZE - 1, grid)
    weights = np.stack(
        [np.interp(np.arange(SIZE), nodes, unit) for unit in np.eye(grid)], axis=1
    )  # [S, grid]
    return weights @ random.normal(size=[num_rows, grid, grid]) @ weights.T


def _normal(
    random: np.random.RandomState, deviation: float, num_rows: int
) -> np.ndarray:
    """Draws an offset for each channel of each picture, `[N, 3]`."""
    return random.normal(0, deviation, [num_rows, 3])
