"""Makes the golden files of every cell under src/test/resources/golden/cells: random weights, so that a wrong order shows.

Run from this folder: python3 make_cells.py (needs torch, onnx, onnxruntime, safetensors, numpy). NAME.json names its
reference: onnxruntime where an ONNX operator has the cell (NAME.onnx), PyTorch where a module has it, else NumPy in float64,
written here from the published equations (both NAME.safetensors, a model file with its spec)."""
import json, os, warnings
import numpy as np, onnx, onnxruntime, torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch
from torch import nn

OUT = "../resources/golden/cells/"
INPUT, HIDDEN, STEPS = 3, 5, 24
rng = np.random.default_rng(20)


def random(*shape, scale=0.8):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def nums(a):
    return [nums(x) for x in a] if np.ndim(a) else float(str(np.float32(a)))


def golden(name, reference, x, y):
    assert np.isfinite(y).all() and np.abs(y).max() < 100, name
    json.dump({"reference": reference, "input": nums(x), "output": nums(y)}, open(OUT + name + ".json", "w"))


# ---------------------------------------------------------------- onnxruntime

def onnx_case(name, kind, scale=0.8, bias=True, peepholes=False, **attributes):
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind]
    tensors = {"W": random(1, gates * HIDDEN, INPUT, scale=scale), "R": random(1, gates * HIDDEN, HIDDEN, scale=scale)}
    if bias:
        tensors["B"] = random(1, 2 * gates * HIDDEN, scale=0.5)
    inputs = ["x", "W", "R"] + (["B"] if bias else [""] if peepholes else [])
    if peepholes:
        tensors["P"] = random(1, 3 * HIDDEN)
        inputs += ["", "", "", "P"]
    node = helper.make_node(kind, inputs, ["Y"], hidden_size=HIDDEN, **attributes)
    value = lambda n, shape: helper.make_tensor_value_info(n, TensorProto.FLOAT, shape)
    graph = helper.make_graph([node], name, [value("x", ["time", 1, INPUT])], [value("Y", ["time", 1, 1, HIDDEN])],
                              [numpy_helper.from_array(a, n) for n, a in tensors.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), OUT + name + ".onnx")
    x = random(STEPS, 1, INPUT, scale=1.5)
    y = onnxruntime.InferenceSession(OUT + name + ".onnx").run(None, {"x": x})[0]
    golden(name, "onnxruntime " + onnxruntime.__version__, x[:, 0], y[:, 0, 0])


def onnx_cases():
    for activation, parameters in (("Sigmoid", {}), ("Relu", {}), ("LeakyRelu", {"activation_alpha": [0.1]}), ("Elu", {}),
                                   ("Softsign", {}), ("Softplus", {}),
                                   ("HardSigmoid", {"activation_alpha": [0.3], "activation_beta": [0.4]}),
                                   ("ThresholdedRelu", {"activation_alpha": [0.3]}),
                                   ("ScaledTanh", {"activation_alpha": [0.7], "activation_beta": [1.3]}),
                                   ("Affine", {"activation_alpha": [0.6], "activation_beta": [0.1]})):
        onnx_case("rnn-" + activation.lower(), "RNN", scale=0.35, activations=[activation], **parameters)
    onnx_case("rnn-clip", "RNN", clip=0.7)
    onnx_case("lstm-without-bias", "LSTM", bias=False)
    onnx_case("lstm-peepholes", "LSTM", peepholes=True)
    onnx_case("lstm-coupled", "LSTM", input_forget=1)
    onnx_case("lstm-clip", "LSTM", clip=0.6)
    onnx_case("lstm-activations", "LSTM", activations=["HardSigmoid", "softsign", "elu"], activation_alpha=[0.25, 0.8],
              activation_beta=[0.45])
    onnx_case("lstm-identity-output", "LSTM", activations=["Sigmoid", "Tanh", "Affine"], activation_alpha=[1.0],
              activation_beta=[0.0])
    onnx_case("lstm-everything", "LSTM", peepholes=True, bias=False, input_forget=1, clip=0.9,
              activations=["sigmoid", "tanh", "scaledtanh"], activation_alpha=[0.9], activation_beta=[1.1])
    for first in (0, 1):
        suffix = ("-reset-first", "-reset-after")[first]
        onnx_case("gru-clip" + suffix, "GRU", clip=0.6, linear_before_reset=first)
        onnx_case("gru-activations" + suffix, "GRU", linear_before_reset=first, activations=["HardSigmoid", "LeakyRelu"],
                  activation_alpha=[0.3, 0.2], activation_beta=[0.4], scale=0.35)


# ---------------------------------------------------------------- model files

def layer(cell, hidden, roles, input=INPUT, **rest):
    return {"cell": cell, "input": input, "hidden": hidden, **rest, "tensors": roles}


def model(name, layers, tensors, reference, x, y, save=save_file, **rest):
    spec = {"name": name, "version": "1", "features": [{"kind": "vector", "field": "features", "length": x.shape[1]}],
            "layers": layers, **rest}
    save(tensors, OUT + name + ".safetensors", metadata={"eddy": json.dumps(spec)})
    golden(name, reference, x, y)


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def numpy_model(name, layers, tensors, start, step, head=None, inputs=INPUT):
    """step(x, state, tensors in float64) gives (y, state)."""
    x = random(STEPS, inputs, scale=1.5)
    t64 = {n: a.astype(np.float64) if a.dtype == np.float32 else a for n, a in tensors.items()}
    state, ys = start, []
    for row in x.astype(np.float64):
        y, state = step(row, state, t64)
        ys.append(y)
    rest = {} if head is None else {"head": head}
    model(name, layers, tensors, "NumPy " + np.__version__ + " float64", x, np.array(ys), **rest)


RECURRENT = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def recurrent(gates, back=HIDDEN, input=INPUT, hidden=HIDDEN):
    shapes = ((gates * hidden, input), (gates * hidden, back), (gates * hidden,), (gates * hidden,))
    return {n: random(*s) for n, s in zip(RECURRENT, shapes)}


def names(tensors):
    return {n: n for n in tensors}


def sums(t, x, h):
    return t["weight_ih"] @ x + t["bias_ih"] + t["weight_hh"] @ h + t["bias_hh"]


def rnn_identity():
    tensors = {n: a * 0.4 for n, a in recurrent(1).items()}
    def step(x, h, t):
        h = sums(t, x, h)
        return h, h
    numpy_model("rnn-identity", [layer("rnn", HIDDEN, names(tensors), activation="identity")], tensors, np.zeros(HIDDEN), step)


def lstm_without_output_tanh():
    tensors = recurrent(4)
    def step(x, state, t):
        h, c = state
        i, f, g, o = np.split(sums(t, x, h), 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * c
        return h, (h, c)
    options = {"activations": ["sigmoid", "tanh", "identity"]}
    numpy_model("lstm-without-output-tanh", [layer("lstm", HIDDEN, names(tensors), options=options)], tensors,
                (np.zeros(HIDDEN), np.zeros(HIDDEN)), step)


def minimal_gru():
    tensors = recurrent(2)
    def step(x, h, t):
        z, n = np.split(sums(t, x, h), 2)
        z = sigmoid(z)
        h = (1 - z) * np.tanh(n) + z * h
        return h, h
    numpy_model("minimal-gru", [layer("minimalGru", HIDDEN, names(tensors))], tensors, np.zeros(HIDDEN), step)


def jordan(name, **options):
    outputs = 2
    tensors = recurrent(1, back=outputs) | {"weight_out": random(outputs, HIDDEN), "bias_out": random(outputs)}
    g = np.tanh if "activations" in options else lambda v: v
    f = sigmoid if "activations" in options else np.tanh
    def step(x, y, t):
        y = g(t["weight_out"] @ f(sums(t, x, y)) + t["bias_out"])
        return y, y
    options = {"projection": outputs, **options}
    numpy_model(name, [layer("jordan", HIDDEN, names(tensors), options=options)], tensors, np.zeros(outputs), step)


def clockwork():
    periods, units = [1, 2, 3, 8], 3
    hidden = units * len(periods)
    tensors = recurrent(1, back=hidden, hidden=hidden)
    block = np.arange(hidden) // units
    tensors["weight_hh"] *= block[None, :] >= block[:, None]  # slow feeds fast
    def step(x, state, t):
        h, at = state
        moved = np.tanh(sums(t, x, h))
        moves = at % np.array(periods)[block] == 0
        h = np.where(moves, moved, h)
        return h, (h, at + 1)
    numpy_model("clockwork", [layer("clockwork", hidden, names(tensors), options={"periods": periods})], tensors,
                (np.zeros(hidden), 0), step)


def reservoir(name, feedback, leak):
    hidden, outputs = 40, 2
    dense = random(hidden, hidden) * (rng.random((hidden, hidden)) < 0.1)
    dense *= 0.9 / np.abs(np.linalg.eigvals(dense)).max()  # spectral radius
    dense = dense.astype(np.float32)
    rows = [np.flatnonzero(row) for row in dense]
    tensors = {"weight_ih": random(hidden, INPUT), "bias_ih": random(hidden, scale=0.2),
               "indptr": np.cumsum([0] + [len(r) for r in rows]).astype(np.int32),
               "indices": np.concatenate(rows).astype(np.int32),
               "values": np.concatenate([dense[j, r] for j, r in enumerate(rows)]),
               "head.weight": random(outputs, hidden, scale=0.2), "head.bias": random(outputs)}
    roles = {n: n for n in tensors if not n.startswith("head")}
    if feedback:
        tensors["weight_fb"] = random(hidden, outputs, scale=0.4)
        roles |= {"weight_fb": "weight_fb", "weight_out": "head.weight", "bias_out": "head.bias"}
    def step(x, state, t):
        r, y = state
        back = t["weight_fb"] @ y if feedback else 0
        r = (1 - leak) * r + leak * np.tanh(t["weight_ih"] @ x + dense.astype(np.float64) @ r + back + t["bias_ih"])
        y = t["head.weight"] @ r + t["head.bias"]
        return y, (r, y)
    head = {"kind": "linear", "output": outputs, "weight": "head.weight", "bias": "head.bias"}
    options = {} if leak == 1 else {"options": {"leak": leak}}
    numpy_model(name, [layer("reservoir", hidden, roles, **options)], tensors, (np.zeros(hidden), np.zeros(outputs)), step, head)


# ---------------------------------------------------------------- PyTorch

TORCH = "PyTorch " + torch.__version__.split("+")[0]


def randomise(module):
    for p in module.parameters():
        p.data = torch.randn_like(p) * 0.6


def lstm_roles(prefix="lstm.", l=0, projected=False):
    return {r: f"{prefix}{r}_l{l}" for r in RECURRENT + (("weight_hr",) if projected else ())}


def projected():
    """A plain state dict: the import finds everything."""
    net = nn.ModuleDict({"lstm": nn.LSTM(INPUT, HIDDEN, 2, proj_size=2), "fc": nn.Linear(2, 4)})
    randomise(net)
    x = torch.randn(STEPS, INPUT)
    with torch.no_grad():
        y = net["fc"](net["lstm"](x)[0])
    save_torch(net.state_dict(), OUT + "lstm-projected.safetensors")
    golden("lstm-projected", TORCH, x.numpy(), y.numpy())


def single_cell():
    """The names of an LSTMCell, behind the prefixes of a compiled and wrapped module, with a counter beside it."""
    net = nn.LSTMCell(INPUT, HIDDEN)
    randomise(net)
    x, h, ys = torch.randn(STEPS, INPUT), None, []
    with torch.no_grad():
        for row in x:
            h = net(row, h)
            ys.append(h[0].numpy())
    state = {"_orig_mod.module.cell." + n: p for n, p in net.state_dict().items()}
    state["_orig_mod.module.num_batches_tracked"] = torch.tensor(7)
    save_torch(state, OUT + "lstm-cell.safetensors")
    golden("lstm-cell", TORCH, x.numpy(), np.array(ys))


def dtype(kind, cast):
    """The reference computes in float64 with the weights as they were rounded."""
    net = nn.LSTM(INPUT, HIDDEN).double()
    randomise(net)
    net = net.to(cast)
    tensors = {"lstm." + n: p.clone() for n, p in net.state_dict().items()}
    x = torch.randn(STEPS, INPUT)
    with torch.no_grad():
        y = net.double()(x.double())[0]
    model("lstm-" + kind, [layer("lstm", HIDDEN, lstm_roles())], tensors, TORCH + " float64", x.numpy(), y.numpy(), save_torch)


class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.norm, self.drop = nn.GRU(INPUT, HIDDEN), nn.LayerNorm(HIDDEN, eps=1e-3), nn.Dropout(0.5)
        self.lstm, self.plain = nn.LSTM(HIDDEN, 7, proj_size=4), nn.LayerNorm(4, elementwise_affine=False)
        self.dense, self.rnn, self.head = nn.Linear(4, 6), nn.RNN(6, 3, nonlinearity="relu", bias=False), nn.Linear(3, 2, bias=False)

    def forward(self, x):
        y = self.drop(self.norm(self.gru(x)[0]))
        y = torch.nn.functional.elu(self.dense(self.plain(self.lstm(y)[0])))
        return self.head(self.rnn(y)[0])


def stack():
    net = Stack().eval()
    randomise(net)
    x = torch.randn(STEPS, INPUT)
    with torch.no_grad():
        y = net(x)
    layers = [
        layer("gru", HIDDEN, lstm_roles("gru.")),
        layer("layerNorm", HIDDEN, {"weight": "norm.weight", "bias": "norm.bias"}, HIDDEN, options={"epsilon": 1e-3}),
        layer("dropout", HIDDEN, {}, HIDDEN),
        layer("lstm", 7, lstm_roles(projected=True), HIDDEN, options={"projection": 4}),
        layer("layerNorm", 4, {}, 4),
        layer("dense", 6, {"weight": "dense.weight", "bias": "dense.bias"}, 4, activation="elu"),
        layer("rnn", 3, {r: f"rnn.{r}_l0" for r in RECURRENT[:2]}, 6, activation="relu"),
    ]
    head = {"kind": "linear", "output": 2, "weight": "head.weight"}
    model("stack", layers, net.state_dict(), TORCH, x.numpy(), y.numpy(), save_torch, head=head)


def heads():
    """Several heads on one layer, each with a function of its own; the first is de-normalised."""
    net = nn.ModuleDict({"gru": nn.GRU(INPUT, HIDDEN), "a": nn.Linear(HIDDEN, 2), "b": nn.Linear(HIDDEN, 3), "c": nn.Linear(HIDDEN, 1)})
    randomise(net)
    x, mean, std = torch.randn(STEPS, INPUT), [3.0, -1.0], [2.0, 0.5]
    with torch.no_grad():
        h = net["gru"](x)[0]
        y = torch.cat([net["a"](h) * torch.tensor(std) + torch.tensor(mean), torch.softmax(net["b"](h), -1), torch.sigmoid(net["c"](h))], -1)
    head = lambda kind, output, name, **rest: {"kind": kind, "output": output, "weight": name + ".weight", "bias": name + ".bias", **rest}
    several = [head("linear", 2, "a", mean=mean, std=std), head("softmax", 3, "b"), head("sigmoid", 1, "c")]
    model("heads", [layer("gru", HIDDEN, lstm_roles("gru."))], net.state_dict(), TORCH, x.numpy(), y.numpy(), save_torch, heads=several)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    onnxruntime.set_default_logger_severity(3)
    os.makedirs(OUT, exist_ok=True)
    torch.manual_seed(21)
    onnx_cases()
    rnn_identity()
    lstm_without_output_tanh()
    minimal_gru()
    jordan("jordan")
    jordan("jordan-activations", activations=["sigmoid", "tanh"])
    clockwork()
    reservoir("reservoir", False, 1)
    reservoir("reservoir-feedback", True, 0.3)
    projected()
    single_cell()
    for kind, cast in (("f32", torch.float32), ("f64", torch.float64), ("f16", torch.float16), ("bf16", torch.bfloat16)):
        dtype(kind, cast)
    stack()
    heads()
