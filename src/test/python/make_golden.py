"""Makes the small golden files under src/test/resources/golden: random weights, so that a wrong order of gates shows.

Run from this folder: python3 make_golden.py (needs torch, onnx, onnxruntime, safetensors). Reference for lstm, gru and rnn is
PyTorch eager, float32; for gru-reset-first, which PyTorch does not have, it is onnxruntime."""
import json, warnings
import numpy as np, onnx, onnxruntime, torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import nn

OUT = "../resources/golden/"
INPUT, HIDDEN, LAYERS, STEPS = 3, 5, 2, 20


class Net(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = getattr(nn, kind)(INPUT, HIDDEN, LAYERS)
        self.head = nn.Linear(HIDDEN, 2)

    def forward(self, x, *state):
        y, end = self.rnn(x, state if len(state) == 2 else state[0])
        return (self.head(y),) + (end if isinstance(end, tuple) else (end,))


def nums(a):
    return [nums(x) for x in a] if np.ndim(a) else float(str(np.float32(a)))


def torch_case(kind):
    torch.manual_seed(11)
    net = Net(kind).eval()
    for p in net.parameters():
        p.data = torch.randn_like(p) * 0.6
    states = [torch.randn(LAYERS, 1, HIDDEN) for _ in range(2 if kind == "LSTM" else 1)]
    x = torch.randn(STEPS, 1, INPUT)
    with torch.no_grad():
        y, *end = net(x, *states)
    name, parts = kind.lower(), "hc"[: len(states)]
    case = {"input": nums(x[:, 0]), "output": nums(y[:, 0])}
    case.update({p + "0": nums(s[:, 0]) for p, s in zip(parts, states)})
    case.update({p + "n": nums(s[:, 0]) for p, s in zip(parts, end)})
    json.dump(case, open(OUT + name + ".json", "w"))
    save_file(net.state_dict(), OUT + name + ".safetensors")
    names = [p + "0" for p in parts]
    axes = {"x": {0: "time"}, "y": {0: "time"}}
    torch.onnx.export(net, (x, *states), OUT + name + ".onnx", dynamo=False, input_names=["x"] + names,
                      output_names=["y"] + [p + "n" for p in parts], dynamic_axes=axes, opset_version=17)


def reset_first_case():
    rng = np.random.default_rng(3)
    weights = {n: (rng.standard_normal(s) * 0.6).astype(np.float32)
               for n, s in (("W", (1, 3 * HIDDEN, INPUT)), ("R", (1, 3 * HIDDEN, HIDDEN)), ("B", (1, 6 * HIDDEN)))}
    node = helper.make_node("GRU", ["x", "W", "R", "B", "", "h0"], ["Y", "hn"], hidden_size=HIDDEN, linear_before_reset=0)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph([node], "gru", [value("x", ["time", 1, INPUT]), value("h0", [1, 1, HIDDEN])],
                              [value("Y", ["time", 1, 1, HIDDEN]), value("hn", [1, 1, HIDDEN])],
                              [numpy_helper.from_array(a, n) for n, a in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, OUT + "gru-reset-first.onnx")
    x = rng.standard_normal((STEPS, 1, INPUT)).astype(np.float32)
    h0 = rng.standard_normal((1, 1, HIDDEN)).astype(np.float32)
    y, hn = onnxruntime.InferenceSession(OUT + "gru-reset-first.onnx").run(None, {"x": x, "h0": h0})
    case = {"input": nums(x[:, 0]), "h0": nums(h0[:, 0]), "output": nums(y[:, 0, 0]), "hn": nums(hn[:, 0])}
    json.dump(case, open(OUT + "gru-reset-first.json", "w"))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for kind in ("LSTM", "GRU", "RNN"):
        torch_case(kind)
    reset_first_case()
