"""Tables and figures made from result files.

`layouts` defines the tables, `rows` fills them, `formats` prints them; `filling` and
`missing_runs` make the runs that a table lacks. May import `search` and below.
"""
