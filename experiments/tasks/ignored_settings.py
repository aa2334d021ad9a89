"""Settings that no fit of a recipe's own reads, refused before any long work."""

from experiments.tasks.config import Config
from experiments.tasks.recipes import get_recipe
from ldrsp_tf.errors import UsageError

# Settings, the methods that they are of, and why a fit of a recipe's own has none.
_NOT_OF_OWN_FITS = (
    (
        ("folds", "controls", "refit", "late_refit"),
        "with a discriminator",
        "is fitted without one",
    ),
    (
        ("updates", "precision"),
        "that the library trains",
        "has a fit of its own",
    ),
)


def ignored_setting(config: Config) -> str:
    """Returns a sentence on a setting that the method would ignore.

    Args:
      config: The settings of a run.

    Returns:
      The sentence; empty if there is no such setting.
    """
    if get_recipe(config.method).fit is None:
        return ""
    defaults = config.flat_defaults()
    for names, owners, reason in _NOT_OF_OWN_FITS:
        for name in names:
            if getattr(config, name) != defaults[name]:
                return (
                    f"--{name} is of methods {owners}, and {config.method!r} "
                    f"{reason}; leave it out."
                )
    return ""


def require_read_settings(config: Config) -> None:
    """Refuses a setting that the method would ignore.

    Args:
      config: The settings of a run.

    Raises:
      UsageError: There is one.
    """
    ignored = ignored_setting(config)
    if ignored:
        raise UsageError(ignored)
