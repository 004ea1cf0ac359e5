"""Writes ONNX exports of SmolLM2-135M-Instruct beside the folder that smollm2_folder.py wrote. No golden file; git ignores all of it.

Argument: that folder. `<folder>-q4` gets the float32 values that ONNX Runtime computes with for the 4 bits, as safetensors; `<folder>-onnx-q4` and `<folder>-onnx` get config.json, the tokenizer, and model_q4.onnx with model_q4.onnx_data, or model.onnx: the
decoder's products and tables under the names that exports have; in 4 bits as ONNX Runtime quantises them (blocks of 32, symmetric, float32 scales), or in
floats. The graphs have the weights and no more: nothing runs them. Runs without torch.
"""

import json
import os
import shutil
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from safetensors.numpy import load_file, save_file

FOLDER = os.path.abspath(sys.argv[1])
SMALL = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")


def copied(out: str) -> None:
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    for small in SMALL:
        if os.path.exists(os.path.join(FOLDER, small)):
            shutil.copy(os.path.join(FOLDER, small), out)


def save(model: onnx.ModelProto, ending: str, name: str) -> None:
    out = FOLDER + ending
    copied(out)
    onnx.save_model(model, os.path.join(out, name), save_as_external_data=True, all_tensors_to_one_file=True, location=f"{name}_data")
    print(out, json.dumps({file: os.path.getsize(os.path.join(out, file)) for file in sorted(os.listdir(out))}))


def multiplied(node: onnx.NodeProto, initializers: dict) -> np.ndarray:
    """[out, in]: the product of the quantised matrix with the identity, by ONNX Runtime."""
    sizes = {one.name: one.i for one in node.attribute}
    inputs = [helper.make_tensor_value_info(node.input[0], TensorProto.FLOAT, ["rows", sizes["K"]])]
    outputs = [helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, ["rows", sizes["N"]])]
    graph = helper.make_graph([node], "one", inputs, outputs, [initializers[name] for name in node.input[1:] if name])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {node.input[0]: np.eye(sizes["K"], dtype=np.float32)})[0].T


def main() -> None:
    tensors = {}
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith(".safetensors"):
            tensors |= load_file(os.path.join(FOLDER, name))
    nodes, initializers, inputs, outputs = [], [], [], []
    for i, (name, value) in enumerate(tensors.items()):
        path = "/" + name.removesuffix(".weight").replace(".layers.", "/layers.").replace(".self_attn.", "/self_attn/").replace(".mlp.", "/mlp/")
        if not name.endswith("_proj.weight"):
            initializers.append(numpy_helper.from_array(value, name))
            if value.ndim == 1:  # a norm: what no operation reads, the quantizer drops
                nodes.append(helper.make_node("Mul", [f"x{i}", name], [f"y{i}"], name=f"{path}/Mul_1"))
                inputs.append(helper.make_tensor_value_info(f"x{i}", TensorProto.FLOAT, ["rows", value.shape[0]]))
                outputs.append(helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, ["rows", value.shape[0]]))
            continue
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(value.T), f"onnx::MatMul_{i}"))
        nodes.append(helper.make_node("MatMul", [f"x{i}", f"onnx::MatMul_{i}"], [f"y{i}"], name=f"{path}/MatMul"))
        inputs.append(helper.make_tensor_value_info(f"x{i}", TensorProto.FLOAT, ["rows", value.shape[1]]))
        outputs.append(helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, ["rows", value.shape[0]]))
    nodes.append(helper.make_node("Gather", ["model.embed_tokens.weight", "ids"], ["h"], name="/model/embed_tokens/Gather"))
    inputs.append(helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"]))
    outputs.append(helper.make_tensor_value_info("h", TensorProto.FLOAT, ["n", tensors["model.embed_tokens.weight"].shape[1]]))
    graph = helper.make_graph(nodes, "main_graph", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    save(model, "-onnx", "model.onnx")
    # Saving moves the values into the file beside it.
    model = onnx.load(os.path.join(FOLDER + "-onnx", "model.onnx"))
    quantizer = MatMulNBitsQuantizer(model, bits=4, block_size=32, is_symmetric=True, accuracy_level=0)
    quantizer.process()
    quantised = quantizer.model.model
    held = {one.name: one for one in quantised.graph.initializer}
    values = dict(tensors)
    for node in quantised.graph.node:
        if node.op_type == "MatMulNBits":
            name = node.name.rsplit("/", 1)[0].strip("/").replace("/", ".") + ".weight"
            values[name] = np.ascontiguousarray(multiplied(node, held))
    copied(FOLDER + "-q4")
    save_file(values, os.path.join(FOLDER + "-q4", "model.safetensors"), metadata={"format": "pt"})
    save(quantised, "-onnx-q4", "model_q4.onnx")


main()
