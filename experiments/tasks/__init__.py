"""Tasks: data, output space, networks and settings, each known by a name.

`task` has the class, `recipes` the values of `--method`, `tags` and `masks` the two
families, `config` the settings of all tasks (`tag_config`, `mask_config`, `arff_config`
and `image_folder_config` add those of some), `arff` and `image_folder` a user's own
data, `mulan` the sets of that builder, `command_line` the flags. May import `jobs`,
`cli` and the libraries.

Only `tags`, `masks` and `splits` import TensorFlow at once, so that a command can check
its flags and show its help without it; nothing is re-exported for the same reason.
"""
