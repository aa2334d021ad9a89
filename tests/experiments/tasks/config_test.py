from experiments.tasks.config import Config
from ldrsp_tf.settings import RefinementGrid


def config(**given) -> Config:
    return Config(task="t", method="m", **given)


def test_without_a_choice_the_grids_are_the_candidates():
    chosen = config(step_size_grid=(0.5, 2.0), refinement_steps_grid=(1, 2, 3))
    assert chosen.refinement_grid() == RefinementGrid((0.5, 2.0), (1, 2, 3), True)


def test_a_given_step_size_and_number_of_steps_are_the_only_candidates():
    chosen = config(step_size=4.0, refinement_steps=0, normalized_gradient=False)
    assert chosen.refinement_grid() == RefinementGrid((4.0,), (0,), False)


def test_as_dict_has_what_json_reads_back():
    fields = config(step_size_grid=(0.5, 2.0)).as_dict()
    assert fields["step_size_grid"] == [0.5, 2.0]
    assert fields["task"] == "t"
    assert fields["patience"] is None
