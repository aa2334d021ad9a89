"""CHOPPS: compositional high order pattern potentials (Li, Tarlow & Zemel, 2013).

A reconstruction for masks of two classes, from the paper's equations. The settings of
the patterns follow the authors' released demonstration, of which no code was copied.
The score of a mask y with hidden units h, given an image x, is

    lambda (sum_i u_i(x) y_i - mu sum_ij p_ij(x) [y_i != y_j]) + b'y + c'h + y'Wh

`features` and `unary` make u, `pairwise` p, `rbm` and `pcd` the pattern potentials (W,
b, c), `graph_cut` and `inference` a good mask, `selection` the weights, and `joint`
trains the patterns by the expected loss, all in NumPy and SciPy. `fit` puts the parts
together, as a run trains them.
"""
