"""The best mask of unary and pairwise potentials, exactly, by a minimum cut."""

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from experiments.fits.chopps.pairwise import EdgeWeights

# Capacities are 32-bit integers, and so is the flow; half of the range is left free.
_LARGEST_FLOW = 2**30


class GridCut:
    """A minimum cut on a grid of pixels with four neighbors each.

    A pixel is joined to the source by what it gains as foreground, or to the sink by
    what it gains as background, and to its neighbors by the boundary's cost. The
    pixels on the source's side of a minimum cut are the foreground of a best mask.

    Args:
      height: The number of rows.
      width: The number of columns.
    """

    def __init__(self, height: int, width: int):
        self._shape = height, width
        pixels = np.arange(height * width).reshape(height, width)
        self._source, self._sink = pixels.size, pixels.size + 1
        source = np.full(pixels.size, self._source)
        sink = np.full(pixels.size, self._sink)
        pairs = [
            (source, pixels.ravel()),
            (pixels.ravel(), sink),
            (pixels[:, :-1].ravel(), pixels[:, 1:].ravel()),
            (pixels[:-1].ravel(), pixels[1:].ravel()),
        ]
        begin = np.concatenate([begin for begin, _ in pairs])
        end = np.concatenate([end for _, end in pairs])
        # Every edge has its reverse, which the flow algorithm would add otherwise.
        numbers = np.arange(1, 2 * len(begin) + 1)
        nodes = pixels.size + 2
        places = sparse.csr_matrix(
            (numbers, (np.append(begin, end), np.append(end, begin))), (nodes, nodes)
        )
        places.sort_indices()
        self._places = places
        self._order = places.data - 1

    def best_mask(self, gains: np.ndarray, weights: EdgeWeights) -> np.ndarray:
        """Returns the mask of the largest score without patterns.

        The score of a mask y is sum_i gains_i y_i - sum_ij w_ij [y_i != y_j].
        Potentials are rounded to multiples of about 1e-9 of their sum. Of several best
        masks the one with the smallest foreground is returned.

        Args:
          gains: The gain of each pixel as foreground, `[H, W]`.
          weights: The costs of boundaries, not negative.

        Returns:
          The mask, bool, `[H, W]`.
        """
        gains = gains.ravel()
        forward = [np.maximum(gains, 0), np.maximum(-gains, 0)]
        between = [part.ravel() for part in weights]
        none = np.zeros(2 * gains.size)
        capacities = np.concatenate([*forward, *between, none, *between])
        total = capacities.sum()
        if total == 0:
            return np.zeros(self._shape, bool)
        scaled = np.rint(capacities * (_LARGEST_FLOW / total)).astype(np.int32)
        places = self._places
        graph = sparse.csr_matrix(
            (scaled[self._order], places.indices, places.indptr), places.shape
        )
        flow = csgraph.maximum_flow(graph, self._source, self._sink).flow
        residual = graph - flow
        residual.eliminate_zeros()
        reached = csgraph.breadth_first_order(
            residual, self._source, return_predecessors=False
        )
        mask = np.zeros(gains.size + 2, bool)
        mask[reached] = True
        return mask[: gains.size].reshape(self._shape)
