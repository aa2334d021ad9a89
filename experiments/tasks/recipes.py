"""The values of `--method`: a method of the library, or one with networks of its own.

Nothing here needs TensorFlow, so that a command can list the recipes at once.
"""

import dataclasses

from ldrsp_tf.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A method of the library with the networks and stages that a run gives it.

    The networks and stages are settings, which stand in `experiments/configs/` under
    the recipe's name.

    Attributes:
      name: The value of `--method`.
      title: A description in one line.
      method: The name of the library's method (`ldrsp_tf.methods.get_method`); with a
        fit of its own, the one whose outputs the recipe has.
      fit: The module of a fit of the recipe's own (`experiments.fits`), which the
        library's trainer does not do; None for that trainer.
      family: The module of the family of tasks that the recipe is of; None for all.
      classes: The number of classes of a pixel that the recipe is of; None for any.
    """

    name: str
    title: str
    method: str
    fit: str | None = None
    family: str | None = None
    classes: int | None = None

    def is_of_classes(self, classes: int | None) -> bool:
        """Returns whether the recipe is of masks with so many classes.

        Args:
          classes: The number of classes of a pixel; None without classes, or before
            they are known.
        """
        return classes is None or self.classes in (None, classes)

    def require_task(self, family: str, classes: int | None) -> None:
        """Refuses a task that the recipe is not of, before its data are loaded.

        Args:
          family: The module of the task's family.
          classes: The number of classes of a pixel; None without classes, or before
            they are known.

        Raises:
          UsageError: The recipe is of another family, or of other numbers of classes.
        """
        if self.family not in (None, family):
            raise UsageError(
                f"--method={self.name} is of {_FAMILIES[self.family]}; choose another "
                "method or task."
            )
        if not self.is_of_classes(classes):
            raise UsageError(
                f"--method={self.name} is of masks with {self.classes} classes, and "
                f"these have {classes}; choose another method or task."
            )


_TAGS, _MASKS = "experiments.tasks.tags", "experiments.tasks.masks"
_FAMILIES = {
    _TAGS: "multi-label tasks, such as bibtex and synthetic_tags",
    _MASKS: "segmentation tasks, such as weizmann_horse and synthetic_shapes",
}

RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "baseline",
            "the generator alone, trained by cross-entropy (first term of Eq. 6)",
            "baseline",
        ),
        Recipe("ldrsp", "the paper's method (Eq. 5-10)", "ldrsp"),
        Recipe("ldrsp_plus", "LDRSP with what we found to work better", "ldrsp_plus"),
        Recipe(
            "ldrsp_cross",
            "LDRSP+ on the errors of generators that have not seen the row",
            "ldrsp_plus",
        ),
        Recipe(
            "auto",
            "LDRSP+ that refines only if validation shows that it pays",
            "auto",
        ),
        Recipe(
            "gan", "GAN with the non-saturating loss (Goodfellow et al., 2014)", "gan"
        ),
        Recipe("lsgan", "least-squares GAN (Mao et al., 2016)", "lsgan"),
        Recipe(
            "wgan_gp",
            "Wasserstein GAN with gradient penalty (Gulrajani et al., 2017)",
            "wgan_gp",
        ),
        Recipe("ebgan", "energy-based GAN with a margin (Zhao et al., 2017)", "ebgan"),
        Recipe(
            "dvn",
            "deep value network, without a generator (Gygli et al., 2017)",
            "dvn",
        ),
        Recipe(
            "dvn_unet",
            "deep value network that is a U-Net with the head of Eq. 11",
            "dvn",
            family=_MASKS,
        ),
        Recipe(
            "spen",
            "max-margin energy network, without a generator (Belanger & McCallum, "
            "2016)",
            "spen",
        ),
        Recipe(
            "logistic_regression",
            "one linear layer, trained by cross-entropy",
            "baseline",
        ),
        Recipe(
            "nn_baseline",
            "the deeper network of Belanger & McCallum (2016), trained by "
            "cross-entropy",
            "baseline",
        ),
        Recipe(
            "prlr",
            "a linear layer with a posterior regularizer that prefers a low rank (Lin "
            "et al., 2014), reconstructed",
            "baseline",
            fit="experiments.fits.prlr",
            family=_TAGS,
        ),
        Recipe(
            "prlr_without_norms",
            "the control of prlr: absent tags are unknown, without the regularizer",
            "baseline",
            fit="experiments.fits.prlr",
            family=_TAGS,
        ),
        Recipe(
            "chopps",
            "pattern potentials with graph cuts (Li et al., 2013), for masks of two "
            "classes",
            "baseline",
            fit="experiments.fits.chopps.fit",
            family=_MASKS,
            classes=2,
        ),
        Recipe(
            "chopps_location",
            "CHOPPS, whose unary potentials depend on a pixel's place, too",
            "baseline",
            fit="experiments.fits.chopps.fit",
            family=_MASKS,
            classes=2,
        ),
    )
}


def get_recipe(name: str) -> Recipe:
    """Returns the recipe of that name.

    Raises:
      UsageError: There is none; the message lists the known ones.
    """
    if name not in RECIPES:
        raise UsageError(
            f"There is no method {name!r}; the methods are {', '.join(RECIPES)}."
        )
    return RECIPES[name]
