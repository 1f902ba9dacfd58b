"""Makes the ONNX graphs that Eddy does not recognise and ONNX Runtime runs, with what Python's onnxruntime gives for them.

    python src/test/python/make_runtime_models.py src/test/resources/golden/runtime

Needs torch, onnx, onnxruntime, numpy.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F

STEPS = 25
OUT = Path(sys.argv[1])


class ResidualLstm(nn.Module):
    """Two LSTM layers, the second with a residual connection around it; states of both in one tensor each."""

    def __init__(self):
        super().__init__()
        self.first = nn.LSTM(3, 6)
        self.second = nn.LSTM(6, 6)
        self.head = nn.Linear(6, 2)

    def forward(self, x, h0, c0):
        a, (h1, c1) = self.first(x, (h0[0:1], c0[0:1]))
        b, (h2, c2) = self.second(a, (h0[1:2], c0[1:2]))
        return self.head(a + b), torch.cat([h1, h2]), torch.cat([c1, c2])


class GatedConvolution(nn.Module):
    """A causal gated convolution over the last four events, which it carries itself."""

    def __init__(self):
        super().__init__()
        self.value = nn.Conv1d(2, 5, 4)
        self.gate = nn.Conv1d(2, 5, 4)
        self.head = nn.Linear(5, 1)

    def forward(self, x, window):
        events = torch.cat([window, x.unsqueeze(2)], 2)
        y = torch.tanh(self.value(events)) * torch.sigmoid(self.gate(events))
        return self.head(y.squeeze(2)), events[:, :, 1:]


class Mogrifier(nn.Module):
    """Mogrifier LSTM (Melis et al. 2020): input and state gate each other before the step."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 5)
        self.q = nn.Linear(5, 3)
        self.r = nn.Linear(3, 5)

    def forward(self, x, h, c):
        for _ in range(2):
            x = 2 * torch.sigmoid(self.q(h)) * x
            h = 2 * torch.sigmoid(self.r(x)) * h
        h, c = self.cell(x, (h, c))
        return torch.softmax(h, -1), h, c


class Softplus(nn.Module):
    """A cell with an Elu candidate and a Softplus gate."""

    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(3 + 4, 4)
        self.candidate = nn.Linear(3 + 4, 4)

    def forward(self, x, state):
        joined = torch.cat([x, state], 1)
        gate = F.softplus(self.gate(joined))
        return (state + gate * F.elu(self.candidate(joined))) / (1 + gate)


class LayerNormLstm(nn.Module):
    """An LSTM whose gates and cell state are normalised (Ba et al. 2016)."""

    def __init__(self):
        super().__init__()
        self.gates = nn.Linear(3 + 4, 16)
        self.norm = nn.LayerNorm(16)
        self.cell_norm = nn.LayerNorm(4)
        self.head = nn.Linear(4, 2)

    def forward(self, x, past_h, past_c):
        i, f, g, o = self.norm(self.gates(torch.cat([x, past_h], 1))).chunk(4, 1)
        c = torch.sigmoid(f + 1) * past_c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(self.cell_norm(c))
        return self.head(h), h, c


class Traces(nn.Module):
    """Two decaying traces of different width; the names of the graph do not tell which output is which."""

    def __init__(self):
        super().__init__()
        self.fast = nn.Linear(2 + 3, 3)
        self.slow = nn.Linear(3, 4)

    def forward(self, u, a, b):
        fast = torch.tanh(0.5 * a + self.fast(torch.cat([u, a], 1)))
        slow = 0.9 * b + F.gelu(self.slow(fast))
        return slow.sum(1, keepdim=True), fast, slow


class Language(nn.Module):
    """A highway-gated recurrent language model over ids."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 4)
        self.inner = nn.Linear(8, 4)
        self.carry = nn.Linear(8, 4)
        self.head = nn.Linear(4, 11)

    def forward(self, token, h_in):
        joined = torch.cat([self.embedding(token)[:, 0], h_in], 1)
        t = torch.sigmoid(self.carry(joined))
        h = t * F.silu(self.inner(joined)) + (1 - t) * h_in
        return self.head(h), h


def zeros(*shape):
    return torch.zeros(*shape)


def make(name, module, inputs, states, outputs, seed, open_axes=None, external=False):
    """states: input name -> output name, in the order of both."""
    torch.manual_seed(seed)
    module.eval()
    path = OUT / f"{name}.onnx"
    torch.onnx.export(
        module,
        tuple(inputs.values()),
        path,
        input_names=list(inputs),
        output_names=outputs,
        dynamic_axes=open_axes or {},
        opset_version=17,
        dynamo=False,
    )
    random = np.random.default_rng(seed)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    carried = {key: inputs[key].numpy() for key in states}
    golden = {"reference": f"onnxruntime {onnxruntime.__version__}", "input": [], "output": []}
    for _ in range(STEPS):
        feed = dict(carried)
        for key, example in inputs.items():
            if key not in states:
                if example.dtype == torch.int64:
                    value = random.integers(0, 11, example.shape)
                    golden["input"].append(int(value.reshape(-1)[0]))
                else:
                    value = random.normal(0, 1, example.shape).astype(np.float32)
                    golden["input"].append([float(v) for v in value.reshape(-1)])
                feed[key] = value
        got = dict(zip(outputs, session.run(outputs, feed)))
        carried = {key: got[value] for key, value in states.items()}
        answer = [o for o in outputs if o not in states.values()] or outputs
        golden["output"].append([float(v) for v in got[answer[0]].reshape(-1)])
    golden["state"] = [float(v) for value in carried.values() for v in value.reshape(-1)]
    (OUT / f"{name}.json").write_text(json.dumps(golden) + "\n")
    if external:
        onnx.save(onnx.load(path), path, save_as_external_data=True, location=f"{name}.weights", size_threshold=0)


OUT.mkdir(parents=True, exist_ok=True)
torch.manual_seed(1)
make(
    "residual-lstm",
    ResidualLstm(),
    {"x": zeros(1, 1, 3), "h0": zeros(2, 1, 6), "c0": zeros(2, 1, 6)},
    {"h0": "hn", "c0": "cn"},
    ["y", "hn", "cn"],
    2,
    {"x": {0: "time", 1: "batch"}, "h0": {1: "batch"}, "c0": {1: "batch"}, "y": {0: "time", 1: "batch"}},
)
make(
    "gated-convolution",
    GatedConvolution(),
    {"x": zeros(1, 2), "window": zeros(1, 2, 3)},
    {"window": "window_out"},
    ["y", "window_out"],
    3,
)
make(
    "mogrifier-lstm",
    Mogrifier(),
    {"x": zeros(1, 3), "h": zeros(1, 5), "c": zeros(1, 5)},
    {"h": "h_new", "c": "c_new"},
    ["probabilities", "h_new", "c_new"],
    4,
    {key: {0: "batch"} for key in ["x", "h", "c", "probabilities", "h_new", "c_new"]},
)
make("softplus-cell", Softplus(), {"x": zeros(1, 3), "state": zeros(1, 4)}, {"state": "next_state"}, ["next_state"], 5)
make(
    "layer-norm-lstm",
    LayerNormLstm(),
    {"x": zeros(1, 3), "past_h": zeros(1, 4), "past_c": zeros(1, 4)},
    {"past_h": "present_h", "past_c": "present_c"},
    ["y", "present_h", "present_c"],
    6,
    external=True,
)
make(
    "traces",
    Traces(),
    {"u": zeros(1, 2), "a": zeros(1, 3), "b": zeros(1, 4)},
    {"a": "p", "b": "q"},
    ["y", "p", "q"],
    7,
)
make(
    "token-language",
    Language(),
    {"ids": torch.zeros(1, 1, dtype=torch.int64), "h_in": zeros(1, 4)},
    {"h_in": "h_out"},
    ["logits", "h_out"],
    8,
)
