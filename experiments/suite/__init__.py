"""Methods compared over many data sets: `python -m experiments.suite`.

`groups` has the data sets, `rows` the rows that are compared, `scores` fills them with
figures; `rank_tests` has the statistics, `report` prints them and `diagram` draws them.
A package, whose command is `__main__`. May import `reports` and below.
"""
