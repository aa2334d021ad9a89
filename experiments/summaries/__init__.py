"""Result files and what is computed from several of them.

`result_file` reads and writes one, `collection` finds the committed ones, `statistics`
has means and intervals over seeds. May import `tasks` and below.
"""
