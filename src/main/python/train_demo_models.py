"""Trains the models that ship with `eddy demo`: pump-condition 1 and 2, pump-forecast 1.

Needs PyTorch, numpy and safetensors; runs on one core in a few minutes and gives the same files every time on the same
machine. From the project's directory, after `mvn package`:

    fleet() { java -cp target/eddy.jar dev.eddy.app.demo.FleetData "$@"; }
    fleet --machines 512 --events 409600 --seed 1 > /tmp/train.jsonl
    fleet --machines 128 --events 102400 --seed 2 > /tmp/valid.jsonl
    python3 src/main/python/train_demo_models.py /tmp/train.jsonl /tmp/valid.jsonl src/main/resources/dev/eddy/app/demo
    java -cp target/eddy.jar dev.eddy.app.demo.CanonicalForm src/main/resources/dev/eddy/app/demo/*.safetensors

It prints, on data the models have not seen, the accuracy of the taggers beside that of networks without a memory, and the
error of the forecaster beside that of "same as the last value".
"""

import json
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

SENSORS = ["temperature", "pressure", "vibration", "flow", "power"]
TARGETS = ["temperature", "vibration"]
LABELS = ["normal", "bearing-wear", "cavitation", "leak", "overheating"]
WINDOW = 160  # events through which gradients flow back
PROBE_EVENTS = 24
TAGGERS = [  # version, hidden, epochs; the first is small and stopped early, so that the swap to the second shows
    ("1", 16, 30), ("2", 32, 120)]


class Fleet:
    """Sequences of equal length: raw (machines, events, sensors), truth (machines, events)."""

    def __init__(self, path):
        sequences = {}
        for line in Path(path).read_text().splitlines():
            event = json.loads(line)
            sequences.setdefault(event["key"], []).append(event)
        length = min(len(events) for events in sequences.values())
        ordered = [sequences[key][:length] for key in sorted(sequences)]
        self.raw = np.array([[[e[s] for s in SENSORS] for e in events] for events in ordered], dtype=np.float64)
        self.truth = torch.tensor([[LABELS.index(e["truth"]) for e in events] for events in ordered])


class Scaling:
    """What Eddy's `number` features do: (value - mean) / std in float64, then float32."""

    def __init__(self, raw):
        self.mean = np.round(raw.mean(axis=(0, 1)), 3)
        self.std = np.round(raw.std(axis=(0, 1)), 3)

    def encode(self, raw):
        return torch.from_numpy(((raw - self.mean) / self.std).astype(np.float32))


class Recurrent(nn.Module):
    """One recurrent layer and a linear head; the parameter names are those of the model file."""

    def __init__(self, cell, hidden, outputs):
        super().__init__()
        self.cell = cell
        self.rnn = {"gru": nn.GRU, "lstm": nn.LSTM}[cell](len(SENSORS), hidden, batch_first=True)
        self.head = nn.Linear(hidden, outputs)

    def forward(self, x, state=None):
        h, state = self.rnn(x, state)
        return self.head(h), state


class Memoryless(nn.Module):
    """Sees one event at a time: the yardstick for what memory is worth."""

    def __init__(self, hidden, outputs):
        super().__init__()
        self.net = nn.Linear(len(SENSORS), outputs) if hidden == 0 else nn.Sequential(
            nn.Linear(len(SENSORS), hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, outputs))

    def forward(self, x, state=None):
        return self.net(x), None


def detached(state):
    if state is None:
        return None
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def train(model, x, y, loss_of, epochs, rate):
    """Truncated back-propagation: every epoch starts at zero state somewhere in the first window and runs to the end."""
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    steps = epochs * (x.shape[1] // WINDOW)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=steps)
    for _ in range(epochs):
        start = int(torch.randint(0, WINDOW, (1,)))
        state = None
        for at in range(start, x.shape[1] - WINDOW + 1, WINDOW):
            out, state = model(x[:, at:at + WINDOW], detached(state))
            optimiser.zero_grad()
            loss_of(out, y[:, at:at + WINDOW]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            if schedule.last_epoch < steps:
                schedule.step()
    return model


def tagging_loss(out, truth):
    return nn.functional.cross_entropy(out.flatten(0, 1), truth.flatten())


def accuracy(model, x, truth):
    with torch.no_grad():
        out, _ = model(x)
    return (out.argmax(-1) == truth).float().mean().item()


def spec_of(name, model, scaling, head, task):
    cell = {"cell": model.cell, "input": len(SENSORS), "hidden": model.rnn.hidden_size, "tensors": {
        role: f"rnn.{role}_l0" for role in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]}}
    features = [{"kind": "number", "field": field, "mean": mean, "std": std}
                for field, mean, std in zip(SENSORS, scaling.mean.tolist(), scaling.std.tolist())]
    linear = {"kind": "linear", "output": model.head.out_features, "weight": "head.weight", "bias": "head.bias"}
    return {"name": name[0], "version": name[1], "features": features, "layers": [cell], "head": linear | head,
            "task": task}


def probes_of(model, fleet, scaling, mean, std):
    """Two short sequences from zero state, and what PyTorch gives for them, in the units of the spec's values."""
    probes = []
    for machine in (0, 1):
        raw = fleet.raw[machine:machine + 1, :PROBE_EVENTS]
        with torch.no_grad():
            out = model(scaling.encode(raw))[0][0].double().numpy() * std + mean
        probes.append({"events": [dict(zip(SENSORS, event)) for event in raw[0].tolist()],
                       "values": np.round(out, 6).tolist()})
    return probes


def save(model, spec, path):
    tensors = {name: tensor.detach().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, path, metadata={"eddy": json.dumps(spec)})
    print(f"  {path}: {Path(path).stat().st_size} bytes, crc {zlib.crc32(Path(path).read_bytes()):08x}", flush=True)


def train_taggers(fleet, valid, scaling, target):
    x, vx = scaling.encode(fleet.raw), scaling.encode(valid.raw)
    majority = (valid.truth == 0).float().mean().item()
    print(f"always normal: accuracy {majority:.4f}", flush=True)
    for what, hidden in (("logistic regression", 0), ("two-layer perceptron", 64)):
        torch.manual_seed(1)
        plain = train(Memoryless(hidden, len(LABELS)), x, fleet.truth, tagging_loss, 40, 0.01)
        print(f"{what} on the single event: accuracy {accuracy(plain, vx, valid.truth):.4f}", flush=True)
    for version, hidden, epochs in TAGGERS:
        torch.manual_seed(1)
        model = train(Recurrent("gru", hidden, len(LABELS)), x, fleet.truth, tagging_loss, epochs, 0.01)
        print(f"pump-condition {version}, GRU {hidden}: accuracy {accuracy(model, vx, valid.truth):.4f}", flush=True)
        spec = spec_of(("pump-condition", version), model, scaling, {"labels": LABELS}, {"kind": "tag"})
        spec["probes"] = probes_of(model, valid, scaling, 0, 1)
        save(model, spec, f"{target}/tagger-{version}.safetensors")


def train_forecaster(fleet, valid, scaling, target):
    columns = [SENSORS.index(field) for field in TARGETS]
    x, vx = scaling.encode(fleet.raw), scaling.encode(valid.raw)
    wanted = x[:, 1:, columns]
    last_value = (wanted - x[:, :-1, columns]).pow(2).mean(dim=(0, 1))

    def loss(out, y):  # one for each target that is guessed as well as by its last value
        return ((out - y).pow(2) / last_value).mean()

    torch.manual_seed(1)
    model = train(Recurrent("lstm", 32, len(TARGETS)), x[:, :-1], wanted, loss, 200, 0.015)
    with torch.no_grad():
        out, _ = model(vx[:, :-1])
    mean, std = scaling.mean[columns], scaling.std[columns]
    truth = valid.raw[:, 1:, columns]
    ours = ((out.double().numpy() * std + mean - truth) ** 2).mean(axis=(0, 1))
    last = ((valid.raw[:, :-1, columns] - truth) ** 2).mean(axis=(0, 1))
    for i, field in enumerate(TARGETS):
        print(f"pump-forecast 1, LSTM 32: {field} MSE {ours[i]:.4f}, last value {last[i]:.4f}", flush=True)
    spec = spec_of(("pump-forecast", "1"), model, scaling, {},
                   {"kind": "predict", "fields": TARGETS, "horizon": 1})
    spec["probes"] = probes_of(model, valid, scaling, mean, std)
    save(model, spec, f"{target}/forecast-1.safetensors")


def main(train_file, valid_file, target):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    Path(target).mkdir(parents=True, exist_ok=True)
    fleet, valid = Fleet(train_file), Fleet(valid_file)
    scaling = Scaling(fleet.raw)
    train_taggers(fleet, valid, scaling, target)
    train_forecaster(fleet, valid, scaling, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
