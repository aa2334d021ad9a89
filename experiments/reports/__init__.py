"""Tables and figures made from result files.

`layouts` says what a table shows, `rows` fills it, `formats` prints it; `filling` and
`missing_runs` make the runs that a table lacks. May import `runs` and below.
"""
