"""Tiny models, small enough to enumerate all of their states."""

import itertools

import numpy as np

from experiments.fits.chopps.pairwise import EdgeWeights
from experiments.fits.chopps.potentials import Potentials
from experiments.fits.chopps.rbm import Rbm


def binary_states(number):
    """Returns all vectors of so many zeros and ones, `[2^number, number]`."""
    return np.array(list(itertools.product((0, 1), repeat=number)), float)


def random_potentials(rng, height, width, images=1):
    return Potentials(
        rng.normal(size=(images, height, width)),
        EdgeWeights(
            rng.random((images, height, width - 1)),
            rng.random((images, height - 1, width)),
        ),
    )


def random_rbm(rng, pixels, hidden, scale=1.0):
    shapes = (pixels, hidden), (pixels,), (hidden,)
    return Rbm(*(scale * rng.normal(size=shape) for shape in shapes))
