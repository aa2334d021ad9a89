"""Images and masks as files: a user's own, and those of the builders' archives.

`folder`, `pairs`, `survey`  a user's folders: loading, pairing by name, common size
`rgb`, `masks`, `files`      a user's picture: as RGB, as class ids, as a file
`palettes`                   the numbers of colours, alike in all masks of a folder
`decoding`, `downsampling`   pictures of known mode and size; smaller pictures and masks

Imports `datasets.loading` (the type of the result) and `datasets.errors`.
"""

from datasets.images.folder import ImageFolder, read_images

__all__ = ["ImageFolder", "read_images"]
