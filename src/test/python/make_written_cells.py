"""Makes the golden files under src/test/resources/golden/written-cells: graphs of one step whose cells are written out as single operations.

Run from this folder: python3 make_written_cells.py (needs torch, onnx, onnxscript, onnxruntime). Weights, inputs and start states are
random, so that a wrong order of gates shows. The reference is onnxruntime, float32, which gets its own states back."""
import json, logging, warnings
import numpy as np, onnx, onnxruntime, torch
from torch import nn

OUT = "../resources/golden/written-cells/"
STEPS = 24


class Step(nn.Module):
    """One step of a stack of cells: (x, states in order) to (answer, new states in order)."""

    def __init__(self, cells, head=None, embedding=None):
        super().__init__()
        self.cells, self.head, self.embedding = nn.ModuleList(cells), head, embedding

    def forward(self, x, *states):
        x = x if self.embedding is None else self.embedding(x)
        states, new = list(states), []
        for cell in self.cells:
            own = [states.pop(0) for _ in cell.states]
            own = cell(x, *own)
            x, new = own[0], new + list(own)
        return (x if self.head is None else self.head(x), *new)


class TorchCell(nn.Module):
    """nn.LSTMCell, nn.GRUCell or nn.RNNCell."""

    def __init__(self, kind, width, hidden, **options):
        super().__init__()
        self.kind, self.width, self.hidden = kind, width, hidden
        self.states = "hc" if kind == "LSTM" else "h"
        self.cell = getattr(nn, kind + "Cell")(width, hidden, **options)

    def forward(self, x, *state):
        return self.cell(x, state) if self.kind == "LSTM" else (self.cell(x, *state),)


class HandGru(nn.Module):
    """Weights for each gate; twin says how the new state is written, before where the reset gate acts, joined whether the
    gates read one vector [x, h]."""

    states = "h"

    def __init__(self, width, hidden, twin="torch", before=False, joined=False):
        super().__init__()
        self.width, self.hidden, self.twin, self.before, self.joined = width, hidden, twin, before, joined
        if joined:
            self.w = nn.ModuleList(nn.Linear(width + hidden, hidden) for _ in range(3))
        else:
            self.w = nn.ModuleList(nn.Linear(width, hidden) for _ in range(3))
            self.u = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(3))

    def gate(self, i, x, h):
        return self.w[i](torch.cat([x, h], -1)) if self.joined else self.w[i](x) + self.u[i](h)

    def forward(self, x, h):
        r, z = torch.sigmoid(self.gate(0, x, h)), torch.sigmoid(self.gate(1, x, h))
        n = torch.tanh(self.gate(2, x, r * h) if self.before else self.w[2](x) + r * self.u[2](h))
        return {
            "torch": lambda: ((1 - z) * n + z * h,),
            "turned": lambda: (z * h + (1 - z) * n,),
            "difference": lambda: (n + z * (h - n),),
            "minus": lambda: (n - z * n + h * z,),
            "swapped": lambda: (z * n + (1 - z) * h,),
            "swapped-difference": lambda: (h + z * (n - h),),
        }[self.twin]()


class HandLstm(nn.Module):
    """One linear layer over [x, h] or one for each gate; order is that of the gates, forget a constant added to f."""

    states = "hc"

    def __init__(self, width, hidden, order="ifgo", forget=0.0, joined=True):
        super().__init__()
        self.width, self.hidden, self.order, self.forget, self.joined = width, hidden, order, forget, joined
        if joined:
            self.w = nn.Linear(width + hidden, 4 * hidden)
        else:
            self.w = nn.ModuleList(nn.Linear(width, hidden) for _ in range(4))
            self.u = nn.ModuleList(nn.Linear(hidden, hidden, bias=False) for _ in range(4))

    def forward(self, x, h, c):
        if self.joined:
            gates = self.w(torch.cat((x, h), 1)).chunk(4, 1)
        else:
            gates = [w(x) + u(h) for w, u in zip(self.w, self.u)]
        gate = dict(zip(self.order, gates))
        f = gate["f"] + self.forget if self.forget else gate["f"]
        c = torch.sigmoid(gate["i"]) * torch.tanh(gate["g"]) + c * torch.sigmoid(f)
        return torch.tanh(c) * torch.sigmoid(gate["o"]), c


class VariantLstm(nn.Module):
    """Coupled gates (by the input or the forget gate), peepholes, an output without tanh, a projected h."""

    states = "hc"

    def __init__(self, width, hidden, coupled="", peepholes="", squash=True, projection=0):
        super().__init__()
        self.width, self.inner, self.coupled, self.peepholes, self.squash = width, hidden, coupled, peepholes, squash
        self.hidden = projection or hidden
        self.w, self.u = nn.Linear(width, 4 * hidden), nn.Linear(self.hidden, 4 * hidden, bias=False)
        self.p = nn.Parameter(torch.zeros(3, hidden))
        self.r = nn.Linear(hidden, projection, bias=False) if projection else nn.Identity()

    def forward(self, x, h, c):
        i, f, g, o = (self.w(x) + self.u(h)).chunk(4, 1)
        i = i + self.p[0] * c if "i" in self.peepholes else i
        f = f + c * self.p[1] if "f" in self.peepholes else f
        i, f = torch.sigmoid(i), torch.sigmoid(f)
        f = 1 - i if self.coupled == "i" else f
        i = 1 - f if self.coupled == "f" else i
        c = f * c + i * torch.tanh(g)
        o = torch.sigmoid(o + self.p[2] * c if "o" in self.peepholes else o)
        return self.r(o * (torch.tanh(c) if self.squash else c)), c


class MinimalGru(nn.Module):
    """The update gate alone; reset whether it acts as the reset gate too."""

    states = "h"

    def __init__(self, width, hidden, reset=False, turned=False):
        super().__init__()
        self.width, self.hidden, self.reset, self.turned = width, hidden, reset, turned
        self.w, self.u = nn.ModuleList(nn.Linear(width, hidden) for _ in "zn"), nn.ModuleList(nn.Linear(hidden, hidden) for _ in "zn")

    def forward(self, x, h):
        z = torch.sigmoid(self.w[0](x) + self.u[0](h))
        n = torch.tanh(self.w[1](x) + self.u[1](z * h if self.reset else h))
        return ((1 - z) * h + z * n if self.turned else (1 - z) * n + z * h,)


class HandRnn(nn.Module):
    states = "h"

    def __init__(self, width, hidden, activation="tanh"):
        super().__init__()
        self.width, self.hidden, self.activation = width, hidden, activation
        self.w = nn.Linear(width + hidden, hidden)

    def forward(self, x, h):
        return (getattr(torch, self.activation)(self.w(torch.cat([h, x], dim=1))),)


class Stacked(nn.Module):
    """Cells whose states are the rows of one tensor of each kind, (layers, batch, hidden)."""

    def __init__(self, *cells):
        super().__init__()
        self.cells = nn.ModuleList(cells)

    def forward(self, x, *states):
        new = []
        for i, cell in enumerate(self.cells):
            own = cell(x, *(state[i] for state in states))
            x, new = own[0], new + [own]
        return (x, *(torch.stack(part) for part in zip(*new)))


def nums(a):
    return [nums(x) for x in a] if np.ndim(a) else float(str(np.float32(a)))


def names_of(cells):
    many = len(cells) > 1
    return [(s + "_" + str(i) if many else s + "0", i, s) for i, cell in enumerate(cells) for s in cell.states]


def export(path, net, args, inputs, outputs, dynamo, opset, dynamic_batch):
    options = {}
    if dynamic_batch and not dynamo:
        options["dynamic_axes"] = {name: {0: "batch"} for name in inputs + outputs}
    elif dynamic_batch:
        batch = torch.export.Dim("batch", min=2, max=4096)
        options["dynamic_shapes"] = (({0: batch}, tuple({0: batch} for _ in inputs[1:])))
    torch.onnx.export(net, args, path, dynamo=dynamo, input_names=inputs, output_names=outputs, opset_version=opset,
                      **({"external_data": False, "verbose": False} if dynamo else {}), **options)


def tidy(path):
    """Takes out what exporters add for debugging, machine paths among it."""
    model = onnx.load(path)
    del model.metadata_props[:], model.graph.metadata_props[:]
    for part in [*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]:
        del part.metadata_props[:]
        part.doc_string = ""
    del model.graph.value_info[:]
    onnx.save(model, path)


def case(name, net, cells, token=0, dynamo=False, opset=17, batch=False, seed=1, out=OUT, scale=0.6):
    """Exports one step and lets onnxruntime run it; states stand one by one, or stacked where net is Stacked."""
    torch.manual_seed(seed)
    for p in net.parameters():
        p.data = torch.randn_like(p) * scale
    rows = 2 if batch and dynamo else 1
    stacked = isinstance(net, Stacked)
    states = [(s + "0", None, s) for s in cells[0].states] if stacked else names_of(cells)
    width = lambda i, part: getattr(cells[i or 0], "inner", cells[i or 0].hidden) if part == "c" else cells[i or 0].hidden
    shape = lambda i, part: (len(cells), rows, cells[0].hidden) if stacked else (rows, width(i, part))
    inputs = ["ids" if token else "x"] + [n for n, _, _ in states]
    outputs = ["y"] + ["new_" + n if len(cells) > 1 and not stacked else n[0] + "n" for n, _, _ in states]
    alike = [o.replace("new_h", "h_new").replace("new_c", "c_new") for o in outputs]
    x = torch.zeros(rows, dtype=torch.long) if token else torch.randn(rows, cells[0].width)
    args = (x, *(torch.randn(shape(i, part)) for _, i, part in states))
    path = out + name + ".onnx"
    export(path, net.eval(), args, inputs, alike, dynamo, opset, batch)
    tidy(path)
    json.dump(golden(path, cells, states, stacked, token, seed), open(out + name + ".json", "w"))


def golden(path, cells, states, stacked, token, seed):
    rng = np.random.default_rng(seed)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    width = lambda i, part: getattr(cells[i], "inner", cells[i].hidden) if part == "c" else cells[i].hidden
    own = [rng.standard_normal((len(cells), 1, cells[0].hidden) if stacked else (1, width(i, part))).astype(np.float32)
           for _, i, part in states]
    xs = [rng.integers(0, token, 1) if token else rng.standard_normal((1, cells[0].width)).astype(np.float32)
          for _ in range(STEPS)]
    start, ys = by_layer(own, cells, states, stacked), []
    for x in xs:
        names = [i.name for i in session.get_inputs()]
        y, *own = session.run(None, dict(zip(names, [x] + own)))
        ys.append(y)
    end = by_layer(own, cells, states, stacked)
    case = {"input": [int(x[0]) if token else nums(x[0]) for x in xs], "output": [nums(y[0]) for y in ys]}
    for part in start:
        case[part + "0"], case[part + "n"] = start[part], end[part]
    return case


def by_layer(values, cells, states, stacked):
    """State values as h and c of each layer; layers without c have an empty one."""
    found = {part: [[] for _ in cells] for part in "hc"}
    for value, (_, i, part) in zip(values, states):
        for layer in range(len(cells)) if stacked else [i]:
            found[part][layer] = nums(value[layer, 0] if stacked else value[0])
    return {part: layers for part, layers in found.items() if any(layers)}


def step(name, cells, head=None, embedding=None, **options):
    case(name, Step(cells, head, embedding), cells, **options)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    for kind in ("LSTM", "GRU", "RNN"):
        low = kind.lower()
        step(low + "-cell", [TorchCell(kind, 3, 5)], nn.Linear(5, 2), opset=11, batch=True)
        step(low + "-cell-dynamo", [TorchCell(kind, 3, 5)], nn.Linear(5, 2), opset=18, dynamo=True)
    step("rnn-relu-cell", [TorchCell("RNN", 3, 5, nonlinearity="relu", bias=False)], opset=20, scale=0.3)
    step("mixed-embedded", [TorchCell("LSTM", 4, 5), TorchCell("GRU", 5, 3)], nn.Sequential(nn.Linear(3, 4), nn.Softmax(-1)),
         nn.Embedding(7, 4), token=7, opset=13)
    case("stacked-lstm", Stacked(TorchCell("LSTM", 4, 4), TorchCell("LSTM", 4, 4)), [TorchCell("LSTM", 4, 4)] * 2)
    case("stacked-gru-dynamo", Stacked(TorchCell("GRU", 3, 4), TorchCell("GRU", 4, 4)),
         [TorchCell("GRU", 3, 4), TorchCell("GRU", 4, 4)], dynamo=True, opset=20)
    for twin in ("torch", "turned", "difference", "minus", "swapped", "swapped-difference"):
        step("gru-" + twin, [HandGru(3, 4, twin)], nn.Linear(4, 2))
    step("gru-before", [HandGru(3, 4, "swapped", before=True)], nn.Linear(4, 2))
    step("gru-before-joined", [HandGru(3, 4, "torch", before=True, joined=True)], nn.Linear(4, 2), opset=18, dynamo=True)
    step("lstm-joined", [HandLstm(3, 4, "gofi", forget=1.0)], nn.Linear(4, 2))
    step("lstm-gates", [HandLstm(3, 4, "fogi", joined=False)], nn.Linear(4, 2), opset=20, dynamo=True)
    step("rnn-joined", [HandRnn(3, 4, "sigmoid")], nn.Linear(4, 2))
    step("same-width", [TorchCell("LSTM", 4, 4)], nn.Linear(4, 2))
    step("lstm-coupled-input", [VariantLstm(3, 4, coupled="i", peepholes="i")], nn.Linear(4, 2))
    step("lstm-coupled-forget", [VariantLstm(3, 4, coupled="f", peepholes="f")], nn.Linear(4, 2), opset=18, dynamo=True)
    step("lstm-peepholes", [VariantLstm(3, 4, peepholes="ifo")], nn.Linear(4, 2))
    step("lstm-peepholes-dynamo", [VariantLstm(3, 4, peepholes="ifo", squash=False)], nn.Linear(4, 2), opset=20, dynamo=True)
    step("lstm-without-tanh", [VariantLstm(3, 4, squash=False)], nn.Linear(4, 2))
    step("lstm-projected", [VariantLstm(3, 5, projection=2)], nn.Linear(2, 3))
    step("lstm-projected-twice", [VariantLstm(3, 5, projection=4), VariantLstm(4, 6, coupled="i", projection=3)], nn.Linear(3, 2),
         opset=18, dynamo=True)
    step("gru-minimal", [MinimalGru(3, 4)], nn.Linear(4, 2))
    step("gru-minimal-turned", [MinimalGru(3, 4, turned=True)], nn.Linear(4, 2), opset=18, dynamo=True)
    step("gru-minimal-reset", [MinimalGru(3, 4, reset=True, turned=True)], nn.Linear(4, 2))
    for twin in ("torch", "difference", "minus", "swapped-difference"):
        step("gru-before-" + twin, [HandGru(3, 4, twin, before=True)], nn.Linear(4, 2), opset=11)
