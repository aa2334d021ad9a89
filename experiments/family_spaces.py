"""What is searched for each method, on all tasks of a family.

Every method is given its learning rates and what its own losses and samples depend on.
Epochs, steps of the refinement and thresholds are not here: each run chooses them on
its validation rows anyway.
"""

from experiments.search_space import Choice, LogUniform, Range, Space, Uniform


def _spaces(
    generator: Space,
    discriminator: Space,
    weight: Range,
    steps: Space,
    score_steps: Space,
) -> dict[str, Space]:
    """The space of each method.

    Args:
      generator: Of what a method with a generator has.
      discriminator: Of what a method with a discriminator has.
      weight: Of Eq. 6's second term, for a classifier's loss.
      steps: How far the samples of LDRSP and DVN go.
      score_steps: Steps of a refinement whose score has no scale of its own.
    """
    both = {**generator, **discriminator, "adversarial_weight": weight}
    ldrsp = {**both, **steps, "adversarial_weight": LogUniform(0.03, 10.0)}
    inference = {name: steps[name] for name in steps if name.startswith("inference")}
    return {
        "baseline": generator,
        "gan": both,
        "lsgan": both,
        "wgan_gp": {**both, **score_steps, "penalty_weight": LogUniform(0.1, 100.0)},
        "ebgan": {**both, **score_steps},
        "dvn": {**discriminator, **steps},
        "spen": {**discriminator, **inference, **score_steps},
        "ldrsp": ldrsp,
        "ldrsp_plus": ldrsp,
        "ldrsp_cross": ldrsp,
    }


_TAG_GENERATOR = {
    "generator_learning_rate": LogUniform(1e-4, 1e-2),
    "input_dropout": Uniform(0.0, 0.5),
}
_TAG_NETWORK = {**_TAG_GENERATOR, "hidden_dropout": Uniform(0.0, 0.5)}

TAG_SPACES = {
    # A linear layer has no hidden units to drop.
    "logistic_regression": _TAG_GENERATOR,
    "nn_baseline": _TAG_NETWORK,
    **_spaces(
        generator=_TAG_NETWORK,
        discriminator={
            "discriminator_learning_rate": LogUniform(1e-4, 1e-2),
            "normalized_gradient": Choice((False, True)),
        },
        weight=LogUniform(0.03, 10.0),
        steps={
            "inference_steps": Choice((2, 5, 10, 20, 30)),
            "inference_step_size": LogUniform(0.05, 2.0),
            "adversarial_step_size": LogUniform(0.05, 2.0),
        },
        score_steps={"step_size": LogUniform(0.01, 2.0)},
    ),
}

MASK_SPACES = _spaces(
    generator={"generator_learning_rate": LogUniform(1e-3, 3e-2)},
    discriminator={"discriminator_learning_rate": LogUniform(3e-4, 3e-2)},
    # As heavy as for LDRSP, it outweighs the cross-entropy of pixels many times.
    weight=LogUniform(0.001, 0.1),
    steps={
        # Each costs as much as an update.
        "inference_steps": Choice((2, 5, 10)),
        "inference_step_size": LogUniform(1.0, 16.0),
        "adversarial_step_size": LogUniform(1.0, 16.0),
    },
    score_steps={"step_size": LogUniform(0.03, 8.0)},
)
