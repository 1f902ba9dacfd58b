"""Makes the golden files of layers that read backward under src/test/resources/golden/bidirectional, with random weights.

Run from this folder: python3 make_bidirectional.py (needs torch, onnx, onnxruntime, safetensors, numpy). Three kinds:

* NAME.safetensors, NAME.json: PyTorch modules. "output" is for the whole sequence, "summary" for the final states of the last
  recurrent layer. Each of "runs" cuts the sequence into passes, [events read, events answered], as a bounded look-ahead does:
  forward parts go on from the state behind the last answered event, backward parts begin at zero behind the last event read.
  Reference of a run: single-direction PyTorch modules in float64.
* NAME.onnx, NAME.json: graphs and what onnxruntime gives for the whole sequence; exports of both exporters of PyTorch, and
  single nodes with every attribute.
* node/: the reverse and bidirectional tests of the onnx project (onnx/backend/test/case/node, Apache-2.0), which are weak:
  weights of one constant."""
import json, os, warnings
import numpy as np, onnx, onnxruntime, torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import nn

OUT = "../resources/golden/bidirectional/"
INPUT, HIDDEN, STEPS = 3, 4, 17
TORCH = "PyTorch " + torch.__version__.split("+")[0]
ORT = "onnxruntime " + onnxruntime.__version__


def nums(a):
    return [nums(x) for x in a] if np.ndim(a) else float(str(np.float32(a)))


def golden(name, **parts):
    json.dump({k: v if isinstance(v, (str, list)) else nums(v) for k, v in parts.items()}, open(OUT + name + ".json", "w"))


def randomise(module, scale=0.6):
    for p in module.parameters():
        p.data = torch.randn_like(p) * scale


# ---------------------------------------------------------------- state dicts and model files

class Part:
    """One direction of a layer in float64."""

    def __init__(self, module, layer, suffix):
        options = {"bias": module.bias} | ({"proj_size": module.proj_size} if isinstance(module, nn.LSTM) else {})
        if isinstance(module, nn.RNN):
            options["nonlinearity"] = module.nonlinearity
        own = {n[: -len(f"_l{layer}{suffix}")]: p for n, p in module.named_parameters() if n.endswith(f"_l{layer}{suffix}")}
        self.module = type(module)(own["weight_ih"].shape[1], module.hidden_size, **options).double()
        self.module.load_state_dict({n + "_l0": p.double() for n, p in own.items()})

    def run(self, x, state):
        return self.module(x, state)


class Layer:
    """Any layer: recurrent parts, or a function of each step alone."""

    def __init__(self, forward=None, backward=None, function=None):
        self.forward, self.backward, self.function = forward, backward, function

    def run(self, x, answers, state):
        if self.function:
            return self.function(x), None
        ys = []
        if self.forward:
            ys.append(self.forward.run(x, state)[0])
            state = self.forward.run(x[:answers], state)[1]
        if self.backward:
            ys.append(self.backward.run(x.flip(0), None)[0].flip(0))
        return torch.cat(ys, -1), state

    def final(self, x):
        ys = [self.forward.run(x, None)[0][-1]] if self.forward else []
        return torch.cat(ys + ([self.backward.run(x.flip(0), None)[0][-1]] if self.backward else []), -1)


def layers(module):
    both = module.bidirectional
    return [Layer(Part(module, l, ""), Part(module, l, "_reverse") if both else None) for l in range(module.num_layers)]


def passes(stack, head, x, cut):
    states, ys, at = [None] * len(stack), [], 0
    for count, answers in cut:
        y = x[at : at + count]
        for i, layer in enumerate(stack):
            y, states[i] = layer.run(y, answers, states[i])
        ys.append(head(y[:answers]))
        at += answers
    assert at == len(x)
    return torch.cat(ys)


def look_ahead(events):
    return [[events + 1, 1]] * (STEPS - events) + ([[events, events]] if events else [])


def runs(stack, head, x):
    cuts = [look_ahead(n) for n in (0, 1, 5)] + [[[9, 3], [5, 5], [6, 1], [8, 8]], [[STEPS, STEPS]], [[STEPS, 4], [STEPS - 4, STEPS - 4]]]
    return [{"passes": cut, "output": nums(passes(stack, head, x, cut))} for cut in cuts]


def summary(stack, head, x):
    last = max(i for i, layer in enumerate(stack) if not layer.function)
    y = x
    for layer in stack[:last]:
        y = layer.run(y, len(y), None)[0]
    y = stack[last].final(y)
    for layer in stack[last + 1 :]:
        y = layer.function(y)
    return head(y)


def state_dict(name, kind, count, **options):
    rnn = getattr(nn, kind)(INPUT, HIDDEN, count, bidirectional=True, **options)
    head = nn.Linear(2 * (options.get("proj_size") or HIDDEN), 2)
    net = nn.ModuleDict({"rnn": rnn, "fc": head})
    randomise(net)
    x = torch.randn(STEPS, INPUT)
    with torch.no_grad():
        y, end = rnn(x)
        h = end[0] if isinstance(end, tuple) else end
        whole, final = head(y), head(torch.cat([h[-2], h[-1]]))
        save_file(net.state_dict(), OUT + name + ".safetensors")
        head.double()
        stack = layers(rnn)
        golden(name, reference=TORCH, input=x, output=whole, summary=final, runs=runs(stack, head, x.double()))


ROLES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def layer(cell, input, hidden, prefix, direction=None, roles=ROLES, **rest):
    names = {r: f"{prefix}.{r}_l0" for r in roles}
    if direction == "both":
        names |= {r + "_reverse": f"{prefix}.{r}_l0_reverse" for r in roles}
    return {"cell": cell, "input": input, "hidden": hidden, **({"direction": direction} if direction else {}), **rest, "tensors": names}


def mixed(name, top):
    """Sizes, cells and directions of all kinds on one another; top: a forward layer above, or a dense one."""
    net = nn.ModuleDict({"a": nn.GRU(INPUT, 5, bidirectional=True), "dense": nn.Linear(10, 6), "b": nn.LSTM(6, 3), "f": nn.GRU(3, 4),
                         "c": nn.LSTM(4, 7, proj_size=3, bidirectional=True), "top": nn.RNN(6, 5) if top else nn.Linear(6, 5),
                         "head": nn.Linear(5, 2)})
    randomise(net)
    dense = lambda name, i, o: {"cell": "dense", "input": i, "hidden": o, "activation": "tanh",
                                "tensors": {"weight": name + ".weight", "bias": name + ".bias"}}
    spec = {"name": name, "version": "1", "features": [{"kind": "vector", "field": "features", "length": INPUT}],
            "layers": [layer("gru", INPUT, 5, "a", "both"), dense("dense", 10, 6), layer("lstm", 6, 3, "b", "backward"),
                       layer("gru", 3, 4, "f"),
                       layer("lstm", 4, 7, "c", "both", ROLES + ("weight_hr",), options={"projection": 3}),
                       layer("rnn", 6, 5, "top") if top else dense("top", 6, 5)],
            "head": {"kind": "linear", "output": 2, "weight": "head.weight", "bias": "head.bias"}, "lookAhead": 5}
    x = torch.randn(STEPS, INPUT)
    save_file(net.state_dict(), OUT + name + ".safetensors", metadata={"eddy": json.dumps(spec)})
    net.double()
    function = lambda m: Layer(function=lambda y: torch.tanh(m(y)))
    stack = layers(net["a"]) + [function(net["dense"]), Layer(backward=Part(net["b"], 0, ""))] + layers(net["f"]) + layers(net["c"])
    stack += layers(net["top"]) if top else [function(net["top"])]
    with torch.no_grad():
        x64 = x.double()
        golden(name, reference=TORCH + " float64", input=x, output=passes(stack, net["head"], x64, [[STEPS, STEPS]]),
               summary=summary(stack, net["head"], x64), runs=runs(stack, net["head"], x64))


# ---------------------------------------------------------------- exports

class Net(nn.Module):
    def __init__(self, kind, count, mode, batch_first=False):
        super().__init__()
        self.rnn = getattr(nn, kind)(INPUT, HIDDEN, count, bidirectional=True, batch_first=batch_first)
        self.head, self.mode, self.time = nn.Linear(HIDDEN if mode == "mean" else 2 * HIDDEN, 2), mode, 1 if batch_first else 0

    def forward(self, x):
        y, end = self.rnn(x)
        h = end[0] if isinstance(end, tuple) else end
        if self.mode == "steps":
            return self.head(y)
        if self.mode == "mean":
            return self.head((y[..., :HIDDEN] + y[..., HIDDEN:]) / 2)
        if self.mode == "final":
            return self.head(torch.cat([h[-2], h[-1]], -1))
        return self.head(torch.cat([y.select(self.time, -1)[..., :HIDDEN], y.select(self.time, 0)[..., HIDDEN:]], -1))


def export(name, kind, count, mode, dynamo, batch_first=False):
    net = Net(kind, count, mode, batch_first).eval()
    randomise(net)
    time = 1 if batch_first else 0
    x = torch.randn((1, STEPS, INPUT) if batch_first else (STEPS, 1, INPUT))
    names = {"input_names": ["x"], "output_names": ["y"]}
    if dynamo:
        torch.onnx.export(net, (x,), OUT + name + ".onnx", dynamo=True, dynamic_shapes={"x": {time: torch.export.Dim("time", min=2)}},
                          external_data=False, verbose=False, **names)
    else:
        torch.onnx.export(net, (x,), OUT + name + ".onnx", dynamo=False, opset_version=17, dynamic_axes={"x": {time: "time"}}, **names)
    y = onnxruntime.InferenceSession(OUT + name + ".onnx").run(None, {"x": x.numpy()})[0]
    parts = {"summary": y.reshape(2)} if mode in ("final", "ends") else {"output": y.reshape(STEPS, -1)}
    golden(name, reference=ORT, input=x.reshape(STEPS, INPUT), **parts)


def exports():
    for dynamo, suffix in ((False, "script"), (True, "dynamo")):
        for kind in ("LSTM", "GRU"):
            for count in (1, 2):
                export(f"{kind.lower()}-{count}-steps-{suffix}", kind, count, "steps", dynamo)
            export(f"{kind.lower()}-2-final-{suffix}", kind, 2, "final", dynamo)
        export(f"lstm-1-ends-{suffix}", "LSTM", 1, "ends", dynamo)
        export(f"gru-2-batch-first-{suffix}", "GRU", 2, "steps", dynamo, True)
        export(f"gru-1-mean-{suffix}", "GRU", 1, "mean", dynamo)
    export("rnn-2-steps-script", "RNN", 2, "steps", False)


# ---------------------------------------------------------------- single nodes

rng = np.random.default_rng(30)


def random(*shape, scale=0.8):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def save(name, nodes, outputs, tensors):
    graph = helper.make_graph(nodes, name, [value("x", ["time", 1, INPUT])], outputs,
                              [numpy_helper.from_array(a, n) for n, a in tensors.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), OUT + name + ".onnx")
    x = random(STEPS, 1, INPUT, scale=1.5)
    return x, onnxruntime.InferenceSession(OUT + name + ".onnx").run(None, {"x": x})


def weights(kind, directions, scale=0.8, suffix=""):
    rows = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind] * HIDDEN
    return {"W" + suffix: random(directions, rows, INPUT, scale=scale), "R" + suffix: random(directions, rows, HIDDEN, scale=scale),
            "B" + suffix: random(directions, 2 * rows, scale=0.5)}


def node(name, kind, direction, peepholes=False, scale=0.8, **attributes):
    directions = 2 if direction == "bidirectional" else 1
    tensors = weights(kind, directions, scale)
    inputs = ["x", "W", "R", "B"]
    if peepholes:
        tensors["P"] = random(directions, 3 * HIDDEN)
        inputs += ["", "", "", "P"]
    made = helper.make_node(kind, inputs, ["Y", "Y_h"], hidden_size=HIDDEN, direction=direction, **attributes)
    outputs = [value("Y", ["time", directions, 1, HIDDEN]), value("Y_h", [directions, 1, HIDDEN])]
    x, (y, h) = save(name, [made], outputs, tensors)
    golden(name, reference=ORT, input=x[:, 0], output=y.reshape(STEPS, -1), summary=h.reshape(-1))


def two_nodes(name, swapped):
    """A layer of two directions put together by hand, in either order."""
    tensors = weights("GRU", 1, suffix="1") | weights("GRU", 1, suffix="2") | {"one": np.array([1], np.int64)}
    made = [helper.make_node("GRU", ["x", "W1", "R1", "B1"], ["Y1", ""], hidden_size=HIDDEN),
            helper.make_node("GRU", ["x", "W2", "R2", "B2"], ["Y2", ""], hidden_size=HIDDEN, direction="reverse"),
            helper.make_node("Squeeze", ["Y1", "one"], ["y1"]), helper.make_node("Squeeze", ["Y2", "one"], ["y2"]),
            helper.make_node("Concat", ["y2", "y1"] if swapped else ["y1", "y2"], ["y"], axis=-1)]
    x, (y,) = save(name, made, [value("y", ["time", 1, 2 * HIDDEN])], tensors)
    golden(name, reference=ORT, input=x[:, 0], output=y[:, 0])


def nodes():
    node("lstm-peepholes", "LSTM", "bidirectional", peepholes=True)
    node("lstm-coupled", "LSTM", "bidirectional", input_forget=1)
    node("lstm-clip", "LSTM", "bidirectional", clip=0.6)
    node("lstm-activations", "LSTM", "bidirectional", activations=["HardSigmoid", "Softsign", "Elu"] * 2,
         activation_alpha=[0.25, 0.8] * 2, activation_beta=[0.45] * 2)
    node("lstm-reverse", "LSTM", "reverse", peepholes=True)
    for first in (0, 1):
        suffix = ("-reset-first", "-reset-after")[first]
        node("gru-both" + suffix, "GRU", "bidirectional", linear_before_reset=first, clip=0.9)
        node("gru-reverse" + suffix, "GRU", "reverse", linear_before_reset=first)
    node("rnn-both", "RNN", "bidirectional", scale=0.35, activations=["LeakyRelu", "LeakyRelu"], activation_alpha=[0.1, 0.1])
    node("rnn-reverse", "RNN", "reverse", clip=0.7)
    two_nodes("two-nodes", False)
    two_nodes("two-nodes-swapped", True)


def onnx_project():
    from onnx.backend.test.case.node import collect_testcases
    wanted = [f"test_{kind}_{way}" for kind in ("lstm", "gru", "simple_rnn") for way in ("reverse", "bidirectional")]
    cases = {case.name: case for case in collect_testcases(None)}
    for name in wanted:
        case, folder = cases[name], OUT + "node/" + name + "/test_data_set_0/"
        os.makedirs(folder, exist_ok=True)
        onnx.save(case.model, OUT + "node/" + name + "/model.onnx")
        for part, arrays in zip(("input", "output"), case.data_sets[0]):
            for i, a in enumerate(arrays):
                open(f"{folder}{part}_{i}.pb", "wb").write(numpy_helper.from_array(a).SerializeToString())


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    onnxruntime.set_default_logger_severity(3)
    os.makedirs(OUT, exist_ok=True)
    torch.manual_seed(31)
    for count in (1, 2, 3):
        state_dict(f"lstm-{count}", "LSTM", count)
        state_dict(f"gru-{count}", "GRU", count)
        state_dict(f"rnn-{count}", "RNN", count, nonlinearity=("tanh", "relu")[count % 2])
    state_dict("lstm-projected-1", "LSTM", 1, proj_size=2)
    state_dict("lstm-projected-2", "LSTM", 2, proj_size=3, bias=False)
    mixed("mixed", False)
    mixed("mixed-forward-top", True)
    exports()
    nodes()
    onnx_project()
