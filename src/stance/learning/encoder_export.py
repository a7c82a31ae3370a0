"""A trained network as a graph in ONNX with weights of eight bits."""

from __future__ import annotations

import copy
import io
import itertools
import logging
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from stance.learning.encoder_network import Network

__all__ = ["export_graph", "in_eight_bits"]

_NARROWEST = 32  # matrices of fewer columns or rows stay as they are: the head, above all

Floats = npt.NDArray[np.float32]


def export_graph(network: Network) -> bytes:
    """Return the graph of a network: ``ids`` and ``mask`` in, ``logits`` out, float32."""
    network = copy.deepcopy(network).eval()
    network.body.set_input_embeddings(network.body.get_input_embeddings().as_one_table())
    network.body.set_attn_implementation("eager")  # the others add guards of no use here
    first, second = network.ends[0][0], network.ends[1][0]
    ids = torch.tensor([[5, first, 6, 7, second, 8, 9, 3], [5, 6, second, 7, first, 8, 3, 3]])
    pairs, tokens = torch.export.Dim("pairs"), torch.export.Dim("tokens", min=4, max=4096)
    shapes = {"ids": {0: pairs, 1: tokens}, "mask": {0: pairs, 1: tokens}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it misses libraries of no use here
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, about its own parts
        program = torch.onnx.export(
            network,
            (ids, torch.ones_like(ids)),
            input_names=["ids", "mask"],
            output_names=["logits"],
            dynamic_shapes=shapes,
            dynamo=True,
            verbose=False,
        )
    buffer = io.BytesIO()
    assert program is not None
    program.save(buffer)
    return buffer.getvalue()


def _forget_origin(model: Any) -> None:
    """Remove what the exporter notes of the code and the machine that a node came from."""
    del model.metadata_props[:]
    graph = model.graph
    for part in (graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]


def in_eight_bits(graph: bytes) -> bytes:
    """Return a graph with matrices and embeddings in eight bits, and integer products.

    A column of a matrix and a row of an embedding have a scale each. Activations are scaled row
    by row while the graph runs (symmetric, around 128): a row depends on itself alone, so what a
    pair gets does not depend on its neighbours, as it would with the usual scale a tensor.
    """
    model = onnx.load_from_string(graph)
    _forget_origin(model)
    del model.graph.value_info[:]  # names a few shapes that transposed weights no longer have
    arrays = {one.name: one for one in model.graph.initializer}
    rewriter = _Rewriter(model.graph)
    nodes = []
    for node in model.graph.node:
        place = {"MatMul": 1, "Gather": 0, "Gemm": 1}.get(node.op_type, 0)
        weight = arrays.get(node.input[place]) if len(node.input) > place else None
        if weight is None or not _is_large(weight):
            nodes.append(node)
        elif node.op_type == "MatMul":
            nodes += rewriter.product(node, numpy_helper.to_array(weight))
        elif node.op_type == "Gather":
            nodes += rewriter.lookup(node, numpy_helper.to_array(weight))
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    _drop_unused(model.graph)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))  # onnxruntime's own
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data


def _is_large(weight: Any) -> bool:
    matrix = len(weight.dims) == 2 and weight.data_type == TensorProto.FLOAT
    return matrix and min(weight.dims) >= _NARROWEST


def _quantized(weight: Floats, axis: int) -> tuple[npt.NDArray[np.int8], Floats]:
    scale = np.maximum(np.abs(weight).max(axis=axis, keepdims=True) / 127, 1e-12)
    return np.clip(np.round(weight / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


class _Rewriter:
    """Makes the nodes that stand for one node of floats."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._scaled: dict[str, str] = {}
        self._numbers = itertools.count()

    def _constant(self, array: Any) -> str:
        name = f"int8/c{next(self._numbers)}"
        self._graph.initializer.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def lookup(self, node: Any, table: Floats) -> list[Any]:
        """Return nodes that look up rows of an embedding."""
        values, scale = _quantized(table, 1)
        out = node.output[0]
        index = node.input[1]
        return [
            helper.make_node("Gather", [self._constant(values), index], [out + "/q"]),
            helper.make_node("Cast", [out + "/q"], [out + "/f"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [self._constant(scale), index], [out + "/s"]),
            helper.make_node("Mul", [out + "/f", out + "/s"], [out]),
        ]

    def product(self, node: Any, weight: Floats) -> list[Any]:
        """Return nodes that multiply by a matrix, in integers."""
        values, scale = _quantized(weight, 0)
        source, out = node.input[0], node.output[0]
        nodes = [] if source in self._scaled else self._scale_rows(source, weight.shape[0])
        at = self._scaled[source]
        width = self._constant(np.array([weight.shape[1]], np.int64))
        center = self._constant(np.array(128, np.uint8))
        matrix, columns = self._constant(values), self._constant(scale.reshape(-1))
        return [
            *nodes,
            helper.make_node(
                "MatMulIntegerToFloat",
                [at + "/q", matrix, self._constant(np.float32(1)), columns, center],
                [out + "/f"],
                domain="com.microsoft",
            ),
            helper.make_node("Mul", [out + "/f", at + "/column"], [out + "/m"]),
            helper.make_node("Concat", [at + "/lead", width], [out + "/shape"], axis=0),
            helper.make_node("Reshape", [out + "/m", out + "/shape"], [out]),
        ]

    def _scale_rows(self, source: str, width: int) -> list[Any]:
        """Return nodes that turn activations into integers, each row with its scale."""
        at = self._scaled[source] = f"int8/{source}"
        rows = self._constant(np.array([-1, width], np.int64))
        axis = self._constant(np.array([1], np.int64))
        make = helper.make_node
        return [
            make("Reshape", [source, rows], [at + "/rows"]),
            make("Abs", [at + "/rows"], [at + "/abs"]),
            make("ReduceMax", [at + "/abs", axis], [at + "/max"], keepdims=0),
            make("Mul", [at + "/max", self._constant(np.float32(1 / 127))], [at + "/some"]),
            make("Max", [at + "/some", self._constant(np.float32(1e-9))], [at + "/scale"]),
            make("Sub", [at + "/scale", at + "/scale"], [at + "/zero"]),
            make("Add", [at + "/zero", self._constant(np.float32(128))], [at + "/middle"]),
            make("Cast", [at + "/middle"], [at + "/center"], to=TensorProto.UINT8),
            make(
                "QuantizeLinear", [at + "/rows", at + "/scale", at + "/center"], [at + "/q"], axis=0
            ),
            make("Unsqueeze", [at + "/scale", axis], [at + "/column"]),
            make("Shape", [source], [at + "/lead"], end=-1),
        ]


def _drop_unused(graph: Any) -> None:
    used = {name for node in graph.node for name in node.input}
    kept = [one for one in graph.initializer if one.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
