"""Makes the golden files under src/test/resources/golden/onnx-layers: exports with layers around recurrent ones, and with several outputs.

Run from this folder: python3 make_onnx_layers.py (needs torch, onnx, onnxscript, onnxruntime). The reference is onnxruntime, float32;
PyTorch where onnxruntime has not the operator (ConstantFill) or the file is wrong on purpose (lstm-projected-dynamo: the exporter
leaves the projection out, and the file is there to be refused)."""
import json, logging, warnings
import numpy as np, onnx, onnxruntime, torch
from torch import nn
from make_written_cells import nums, tidy

OUT = "../resources/golden/onnx-layers/"
STEPS = 20
ACTIVATIONS = [nn.LeakyReLU(0.2), nn.PReLU(), nn.ELU(0.8), nn.SELU(), nn.CELU(0.7), nn.Hardsigmoid(), nn.Softplus(), nn.Softsign(), nn.ReLU6(),
               nn.Hardtanh(-0.5, 1.5)]


class Net(nn.Module):
    """Recurrent layers with what stands between and behind them; several heads give several outputs."""

    def __init__(self, layers, heads, states=True, batch_first=False):
        super().__init__()
        self.layers, self.heads, self.states = nn.ModuleList(layers), nn.ModuleList(heads), states

    def forward(self, x, *states):
        states, new = list(states), []
        for layer in self.layers:
            if isinstance(layer, nn.RNNBase):
                own = [states.pop(0) for _ in range(2 if layer.mode == "LSTM" else 1)] if self.states else None
                x, n = layer(x, own if own is None or len(own) == 2 else own[0])
                new += n if layer.mode == "LSTM" else [n]
            else:
                x = layer(x)
        return (*(head(x) for head in self.heads), *(new if self.states else []))


class Norm(nn.BatchNorm1d):
    """BatchNorm over the features of (time, batch, features)."""

    def forward(self, x):
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


def parts(net):
    """(letter, width) of each state in order."""
    found = []
    for layer in net.layers:
        if isinstance(layer, nn.RNNBase):
            found += [("h", layer.proj_size or layer.hidden_size)] + ([("c", layer.hidden_size)] if layer.mode == "LSTM" else [])
    return found if net.states else []


def case(name, net, width, opset=17, dynamo=False, time=1, dynamic=False, torch_is_reference=False, run=True):
    torch.manual_seed(3)
    for p in net.parameters():
        p.data = torch.randn_like(p) * 0.6
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm1d):
            layer.running_mean.normal_(), layer.running_var.uniform_(0.5, 2)
    states = parts(net)
    inputs = ["x"] + [f"{part}0_{i}" for i, (part, _) in enumerate(states)]
    outputs = [f"y{i}" for i in range(len(net.heads))] + [f"{part}n_{i}" for i, (part, _) in enumerate(states)]
    x, start = torch.randn(time, 2 if dynamic else 1, width), [torch.randn(1, 2 if dynamic else 1, w) for _, w in states]
    options = {"external_data": False, "verbose": False} if dynamo else {}
    if dynamic:
        auto = torch.export.Dim.AUTO
        options["dynamic_shapes"] = ({0: auto, 1: auto}, tuple({1: auto} for _ in states))
    path = OUT + name + ".onnx"
    torch.onnx.export(net.eval(), (x, *start), path, input_names=inputs, output_names=outputs, opset_version=opset, dynamo=dynamo, **options)
    tidy(path)
    if run:
        json.dump(golden(path, net, states, width, time, inputs, outputs, torch_is_reference), open(OUT + name + ".json", "w"))


def golden(path, net, states, width, time, inputs, outputs, torch_is_reference):
    rng = np.random.default_rng(3)
    xs = rng.standard_normal((STEPS, width)).astype(np.float32)
    own = [rng.standard_normal((1, 1, w)).astype(np.float32) for _, w in states]
    session = None if torch_is_reference else onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    start, ys = own, []
    count = len(net.heads)
    for t in range(0, STEPS if states else time, time):
        args = [xs[t:t + time, None], *own]
        if session is None:
            with torch.no_grad():
                result = [r.numpy() for r in net(*map(torch.tensor, args))]
        else:
            result = session.run(outputs, dict(zip(inputs, args)))
        own = result[count:]
        ys += [np.concatenate([r[k, 0] for r in result[:count]]) for k in range(time)]
    case = {"input": [nums(x) for x in xs[:len(ys)]], "output": [nums(y) for y in ys]}
    for label, values in (("0", start), ("n", own)):
        for part in "hc":
            layers, i = [], 0
            for layer in [layer for layer in net.layers if not isinstance(layer, nn.Dropout)] if states else []:
                layers.append([])
                if isinstance(layer, nn.RNNBase):
                    for letter in "hc" if layer.mode == "LSTM" else "h":
                        layers[-1] = nums(values[i][0, 0]) if letter == part else layers[-1]
                        i += 1
            if any(layers):
                case[part + label] = layers
    return case


def chain(width, functions):
    """A dense layer with each of some functions."""
    return nn.Sequential(*[part for f in functions for part in (nn.Linear(width, width), f)], nn.Linear(width, 2))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    for name, opset, dynamo in (("opset7", 7, False), ("opset14", 14, False), ("opset17", 17, False), ("dynamo", 18, True)):
        between = [nn.LSTM(3, 4), nn.LayerNorm(4), nn.Dropout(0.3), nn.GRU(4, 5), nn.LayerNorm(5, eps=1e-3, elementwise_affine=False)]
        case("layer-norm-" + name, Net(between, [nn.Linear(5, 2)]), 3, opset, dynamo)
    case("batch-norm", Net([nn.LSTM(3, 4), Norm(4), nn.GRU(4, 3), Norm(3)], [nn.Linear(3, 2)]), 3, 13)
    case("activations", Net([nn.GRU(3, 4)], [chain(4, ACTIVATIONS)]), 3, 17)
    case("activations-dynamo", Net([nn.GRU(3, 4)], [chain(4, ACTIVATIONS)]), 3, 20, True)
    case("heads", Net([nn.LSTM(3, 4)], [nn.Linear(4, 2), nn.Sequential(nn.Linear(4, 3), nn.Softmax(-1)), nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())]),
         3, 17)
    case("heads-dynamo", Net([nn.GRU(3, 4), nn.LayerNorm(4)], [nn.Linear(4, 2), nn.Identity()]), 3, 18, True)
    case("constant-fill", Net([nn.LSTM(3, 4)], [nn.Linear(4, 2)], states=False), 3, 8, time=6, torch_is_reference=True)
    case("traced-length", Net([nn.LSTM(3, 4)], [nn.Linear(4, 2)]), 3, 20, True, time=5, dynamic=True)
    case("lstm-projected-dynamo", Net([nn.LSTM(3, 5, proj_size=2)], [nn.Linear(2, 2)]), 3, 18, True, run=False)
    case("lstm-projected-stateless-dynamo", Net([nn.LSTM(3, 5, proj_size=2)], [nn.Linear(2, 2)], states=False), 3, 18, True, run=False)
