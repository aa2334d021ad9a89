"""Tasks: data, output space, networks and settings, each known by a name.

`task` has the class, `tags` and `masks` the two families, `config` the settings, `arff`
and `image_folder` data of a user's own. May import `jobs`, `cli` and the libraries.
Nothing is re-exported: a command imports what it needs, and starts fast.
"""
