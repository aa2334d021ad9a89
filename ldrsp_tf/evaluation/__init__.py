"""Measurements of a trained pair of networks, and the choices made with them.

`validation` measures and chooses, `decision` compares all outputs and `delivery`
carries out what was decided, `held_out` makes choices on other examples, `diagnostics`
compares D with its oracle, `superpixels` has the metric of Table 3. May import
`prediction` and below.
"""
