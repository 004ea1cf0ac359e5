"""Writes tests/golden/onnx.json: small graphs as ONNX Runtime's quantizer writes them, and the float32 values that it computes with.

Argument: a folder with the random model (writeParity.ts), of whose first layer they hold some projections. Every value is read off ONNX Runtime itself: the
product of a quantised matrix with the identity, the rows that a quantised table gives. Runs without torch.
"""

import base64
import hashlib
import json
import os
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from safetensors.numpy import load_file

OUT = os.path.join(os.environ.get("GOLDEN_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "golden")), "onnx.json")
PROJECTIONS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"]
ROWS = 48
CASES = {
    "symmetric": {"block": 32, "symmetric": True},
    "with zeros": {"block": 32, "symmetric": False},
    "half, blocks of 64": {"block": 64, "symmetric": False, "half": True},
    "half, symmetric, table too": {"block": 32, "symmetric": True, "half": True, "table": True},
    "table with zeros": {"block": 32, "symmetric": False, "table": True},
    "beside the file": {"block": 32, "symmetric": True, "external": True},
    "joined, as genai names them": {"block": 32, "symmetric": False, "genai": True},
    "eight bits": {"block": 32, "symmetric": True, "bits": 8},
    "floats": {"block": 0, "symmetric": True},
}


def products(weights: dict, genai: bool) -> dict:
    """What each MatMul multiplies with, [in, out], by the path of its node."""
    if not genai:
        return {f"/model/layers.0/{name.replace('.', '/')}": weights[name].T for name in PROJECTIONS[:2]}
    joined = np.concatenate([weights[f"self_attn.{p}_proj"] for p in "qkv"])
    rest = {f"/model/layers.0/{name.replace('self_attn', 'attn').replace('.', '/')}": weights[name].T for name in PROJECTIONS[3:]}
    return {"/model/layers.0/attn/qkv_proj": joined.T} | rest


def graph_of(weights: dict, table: np.ndarray | None, how: dict) -> onnx.ModelProto:
    dtype = np.float16 if how.get("half") else np.float32
    kind = TensorProto.FLOAT16 if how.get("half") else TensorProto.FLOAT
    nodes, initializers, inputs, outputs = [], [], [], []
    for i, (path, matrix) in enumerate(products(weights, how.get("genai", False)).items()):
        name = f"onnx::MatMul_{100 + i}"
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(matrix.astype(dtype)), name))
        nodes.append(helper.make_node("MatMul", [f"x{i}", name], [f"y{i}"], name=f"{path}/MatMul"))
        inputs.append(helper.make_tensor_value_info(f"x{i}", kind, ["rows", matrix.shape[0]]))
        outputs.append(helper.make_tensor_value_info(f"y{i}", kind, ["rows", matrix.shape[1]]))
    if table is not None:
        initializers.append(numpy_helper.from_array(table.astype(dtype), "model.embed_tokens.weight"))
        nodes.append(helper.make_node("Gather", ["model.embed_tokens.weight", "ids"], ["rows_of_table"], name="/model/embed_tokens/Gather"))
        inputs.append(helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"]))
        outputs.append(helper.make_tensor_value_info("rows_of_table", kind, ["n", table.shape[1]]))
    graph = helper.make_graph(nodes, "main_graph", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def values_of(path: str, model: onnx.ModelProto, table: np.ndarray | None, half: bool) -> dict:
    """float32 values by path of the node, [out, in]."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feeds, names = {}, {}
    for given in session.get_inputs():
        if given.name == "ids":
            feeds["ids"] = np.arange(table.shape[0])
        else:
            feeds[given.name] = np.eye(given.shape[1], dtype=np.float16 if half else np.float32)
    for node in model.graph.node:
        names[node.output[0]] = node.name.rsplit("/", 1)[0]
    got = session.run(None, feeds)
    out = {}
    for described, value in zip(session.get_outputs(), got):
        path = names[described.name]
        out[path] = value.astype(np.float32) if described.name == "rows_of_table" else value.astype(np.float32).T
    return out


def sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).astype("<f4").tobytes()).hexdigest()


def golden(weights: dict, table: np.ndarray, how: dict) -> dict:
    own = table if how.get("table") else None
    model = graph_of(weights, own, how)
    if how["block"]:
        quantizer = MatMulNBitsQuantizer(
            model, bits=how.get("bits", 4), block_size=how["block"], is_symmetric=how["symmetric"], accuracy_level=0,
            op_types_to_quantize=("MatMul", "Gather") if own is not None else ("MatMul",), quant_axes=(("MatMul", 0), ("Gather", 1)),
        )
        quantizer.process()
        model = quantizer.model.model
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model_q4.onnx")
        external = {"save_as_external_data": True, "all_tensors_to_one_file": True, "location": "model_q4.onnx_data", "size_threshold": 64} if how.get("external") else {}
        onnx.save_model(model, path, **external)
        files = {}
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                files[name] = base64.b64encode(file.read()).decode("ascii")
        values = values_of(path, onnx.load(path), own, how.get("half", False))
    return {"files": files, "ops": sorted({node.op_type for node in model.graph.node}), "values": {name: [list(value.shape), sha256(value)] for name, value in values.items()}}


def main() -> None:
    tensors = load_file(os.path.join(sys.argv[1], "model.safetensors"))
    weights = {name: tensors[f"model.layers.0.{name}.weight"] for name in PROJECTIONS}
    table = tensors["model.embed_tokens.weight"][:ROWS]
    cases = {name: golden(weights, table, how) for name, how in CASES.items()}
    versions = {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__}
    rows = [f"{json.dumps(name)}: {json.dumps(case, separators=(',', ':'))}" for name, case in cases.items()]
    with open(OUT, "w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"about": "graphs quantised by ONNX Runtime and the values it computes with", "versions": {json.dumps(versions)}, "rows": {ROWS}, "cases": {{\n' + ",\n".join(rows) + "\n}}\n")
    print(f"onnx.json: {os.path.getsize(OUT)} bytes;", {name: case["ops"] for name, case in cases.items()})


main()
