"""When does a walk help? `python -m experiments.border`: runs on synthetic data.

`plan` has the data, `runs` the runs that are missing, `gains` what these gain over the
best control; `descriptions` measures the data, `table` and `figure` show both. A
package, whose command is `__main__`. May import `suite` and below.
"""
