"""Counts the multiplications and additions of a computation's matrix products."""

import math

import tensorflow as tf

# The operations that run a function of their own once.
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_BRANCHES = ("Case", "StatelessCase", "If", "StatelessIf", "While", "StatelessWhile")


def count(function: tf.types.experimental.ConcreteFunction) -> int:
    """Counts the multiplications and additions of the products in a graph.

    Products are those of matrices and convolutions. Element-wise operations are not
    counted, which makes the number a lower bound.

    Args:
      function: A traced function of inputs of known shapes.

    Raises:
      ValueError: A shape is unknown, or a product stands in a loop or a branch, whose
        number of executions a graph does not tell.
    """
    return _count(function.graph)


def _count(graph: tf.Graph) -> int:
    return sum(_of(operation) for operation in graph.get_operations())


def _of(operation: tf.Operation) -> int:
    if operation.type in _CALLS:
        return _count(_inner(operation, operation.get_attr("f").name))
    if operation.type in _BRANCHES:
        _require_no_product(operation)
    counted = _COUNTED.get(operation.type)
    return 2 * counted(operation) if counted else 0


def _inner(operation: tf.Operation, name: str) -> tf.Graph:
    return operation.graph._get_function(name).graph


def _require_no_product(operation: tf.Operation) -> None:
    names = [
        found.name
        for key in ("body", "then_branch", "else_branch")
        if key in operation.node_def.attr
        for found in [operation.get_attr(key)]
    ]
    if "branches" in operation.node_def.attr:
        names += [found.name for found in operation.get_attr("branches")]
    for name in names:
        if _count(_inner(operation, name)):
            raise ValueError(f"{operation.name} holds products that cannot be counted.")


def _shape(tensor: tf.Tensor) -> list[int]:
    if not tensor.shape.is_fully_defined():
        raise ValueError(f"{tensor.name} has an unknown shape, {tensor.shape}.")
    return tensor.shape.as_list()


def _matrix_product(operation: tf.Operation) -> int:
    rows = _shape(operation.inputs[0])
    transposed = any(
        operation.get_attr(name)
        for name in ("transpose_a", "adj_x")
        if name in operation.node_def.attr
    )
    inner = rows[-2] if transposed else rows[-1]
    return inner * math.prod(_shape(operation.outputs[0]))


def _convolution(operation: tf.Operation) -> int:
    """Counts products: an output is a sum over filter height, width and channels."""
    return math.prod(_shape(operation.outputs[0])) * math.prod(
        _shape(operation.inputs[1])[:3]
    )


def _input_gradient(operation: tf.Operation) -> int:
    """Counts products, as many as the convolution's; also if it is transposed."""
    filters, gradient = _shape(operation.inputs[1]), _shape(operation.inputs[2])
    return math.prod(gradient) * math.prod(filters[:3])


def _filter_gradient(operation: tf.Operation) -> int:
    filters, gradient = _shape(operation.outputs[0]), _shape(operation.inputs[2])
    return math.prod(gradient) * math.prod(filters[:3])


_COUNTED = {
    "MatMul": _matrix_product,
    "BatchMatMulV2": _matrix_product,
    "Conv2D": _convolution,
    "Conv2DBackpropInput": _input_gradient,
    "Conv2DBackpropFilter": _filter_gradient,
}
