import gc

import pytest
from tensorflow.python.framework.func_graph import FuncGraph


def _graphs() -> int:
    gc.collect()
    return sum(isinstance(kept, FuncGraph) for kept in gc.get_objects())


def _fitted(make_refiner, tags):
    refiner = make_refiner()
    refiner.fit(tags, 0.25, epochs=1)
    refiner.predict(tags[0])
    return refiner


@pytest.mark.slow
def test_a_refiner_leaves_no_graph_behind(make_refiner, tags):
    """Each kept 36 graphs of TensorFlow, 9 MB, by the sums of its optimizers."""
    # Tests before leave graphs that the first training here clears.
    _fitted(make_refiner, tags)
    before = _graphs()
    for _ in range(2):
        refiner = _fitted(make_refiner, tags)
        assert _graphs() > before
        del refiner
    assert _graphs() <= before
