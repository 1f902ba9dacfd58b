"""Golden lists of encoder-decoders, from PyTorch: state dicts as people have them, and what greedy decoding gives.

    python3 src/test/python/make_seq2seq.py src/test/resources/golden/seq2seq

Two of them are really trained, in a few seconds: one reverses short sequences of letters, one forecasts a mix of sines. The
others have random weights; their tokens are argmax all the same. References are computed in float64 from float32 weights; a
case whose two best scores are nearer than MARGIN at any step is not taken, so that rounding cannot choose.
"""
import json, math, os, sys
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

MARGIN = 1e-4
out = sys.argv[1]
os.makedirs(out, exist_ok=True)
torch.set_num_threads(1)


def zeros_like_state(rnn):
    h = torch.zeros(rnn.num_layers, 1, rnn.hidden_size, dtype=torch.float64)
    return (h, h.clone()) if isinstance(rnn, nn.LSTM) else h


class Encoder(nn.Module):
    def __init__(self, ids, width, hidden, layers, kind):
        super().__init__()
        self.embedding = nn.Embedding(ids, width)
        self.rnn = kind(width, hidden, layers, batch_first=True)

    def forward(self, ids):
        return self.rnn(self.embedding(ids))


class Decoder(nn.Module):
    """[relu of] the embedding, the context at every step or not, the recurrent layers, a head over what 'reads' names."""

    def __init__(self, ids, width, hidden, layers, kind, context=0, relu=False, reads=("output",)):
        super().__init__()
        self.embedding = nn.Embedding(ids, width)
        self.rnn = kind(width + context, hidden, layers, batch_first=True)
        widths = {"output": hidden, "feedback": width, "context": context}
        self.out = nn.Linear(sum(widths[r] for r in reads), ids)
        self.every, self.relu, self.reads = context > 0, relu, reads

    def step(self, token, state, c):
        y = self.embedding(token)[:, None]
        y = F.relu(y) if self.relu else y
        x = torch.cat((y, c[:, None]), -1) if self.every else y
        o, state = self.rnn(x, state)
        parts = {"output": o, "feedback": y, "context": c[:, None]}
        return self.out(torch.cat([parts[r] for r in self.reads], -1))[:, 0], state


class Seq2Seq(nn.Module):
    def __init__(self, encoder, decoder, bridge=None):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        if bridge is not None:
            self.bridge = bridge

    def begin(self, state, c):
        return state


class BridgedGru(Seq2Seq):
    """Cho et al. 2014: the decoder of another width starts from tanh(V c)."""

    def begin(self, state, c):
        return torch.tanh(self.bridge(c))[None]


class BridgedLstm(Seq2Seq):
    """h and c each through a map of their own, from the encoder's second layer into the decoder's one."""

    def begin(self, state, c):
        return torch.tanh(self.bridge["h"](state[0][1:])), torch.tanh(self.bridge["c"](state[1][1:]))


class LastLayer(Seq2Seq):
    """The decoder's one layer starts from the encoder's last one."""

    def begin(self, state, c):
        return state[-1:]


def greedy(model, ids, start, end, limit, banned=()):
    """Tokens, the log-probability of each and of all, whether the end came, and the smallest margin."""
    o, state = model.encoder(ids[None])
    c = o[:, -1]
    state = model.begin(state, c)
    token, tokens, logs, total, ended, margin = start, [], [], 0.0, False, math.inf
    while len(tokens) < limit and not ended:
        z, state = model.decoder.step(torch.tensor([token]), state, c)
        log_p = torch.log_softmax(z[0], -1)
        open_ = log_p.clone()
        open_[list(banned)] = -math.inf
        best = open_.topk(2).values
        margin = min(margin, float(best[0] - best[1]))
        token = int(open_.argmax())
        total += float(log_p[token])
        ended = token == end
        if not ended:
            tokens.append(token)
            logs.append(float(log_p[token]))
    return {"input": ids.tolist(), "tokens": tokens, "logProbabilities": logs, "logProbability": total, "ended": ended}, margin


def write(name, model, cases, spec):
    save_file({k: v.float().contiguous() for k, v in model.state_dict().items()}, f"{out}/{name}.safetensors")
    json.dump({"spec": spec, "cases": cases}, open(f"{out}/{name}.json", "w"))


def token_cases(model, ids, start, end, limit, lengths, banned=()):
    model = model.double().eval()
    cases = []
    with torch.no_grad():
        for length in lengths:
            while True:
                case, margin = greedy(model, torch.randint(3, ids, (length,)), start, end, limit, banned)
                if margin > MARGIN:
                    break
            cases.append(case)
    return cases


def random_weights(model, std=0.8):
    for p in model.parameters():
        nn.init.normal_(p, std=std)
    return model


SOS, EOS, UNK = 0, 1, 2
IDS = 12
LENGTHS = (1, 2, 5, 12, 30)


def feedback(**more):
    return {"kind": "token", "start": SOS, "end": EOS, **more}


torch.manual_seed(3)
# As in PyTorch's translation tutorial: embedding with relu, GRU, linear, the end token ends it.
m = random_weights(Seq2Seq(Encoder(IDS, 5, 8, 1, nn.GRU), Decoder(IDS, 5, 8, 1, nn.GRU, relu=True)))
write("gru-start", m, token_cases(m, IDS, SOS, EOS, 15, LENGTHS),
      {"decoder": {"feedback": feedback(activation="relu"), "head": {"kind": "logSoftmax"}, "limit": 15}})

# Sutskever et al.: LSTM, two layers, h and c of each layer; <UNK> is never given.
m = random_weights(Seq2Seq(Encoder(IDS, 4, 7, 2, nn.LSTM), Decoder(IDS, 4, 7, 2, nn.LSTM)))
write("lstm-two-layers", m, token_cases(m, IDS, SOS, EOS, 20, LENGTHS, [UNK]),
      {"decoder": {"feedback": feedback(banned=[UNK]), "limit": 20}})

# Cho et al.: GRU, c at every step, s_0 = tanh(V c), the head reads o, y and c.
m = random_weights(BridgedGru(Encoder(IDS, 5, 6, 1, nn.GRU),
                              Decoder(IDS, 4, 9, 1, nn.GRU, 6, reads=("feedback", "output", "context")),
                              nn.Linear(6, 9)))
write("gru-every", m, token_cases(m, IDS, SOS, EOS, 15, LENGTHS),
      {"decoder": {"feedback": feedback(), "context": "every", "headReads": ["feedback", "output", "context"],
                   "initial": [{"weight": "bridge.weight", "bias": "bridge.bias"}], "limit": 15}})

# LSTM, c at every step, one layer of another width that starts from the encoder's second layer through a bridge.
bridge = nn.ModuleDict({"h": nn.Linear(6, 5), "c": nn.Linear(6, 5, bias=False)})
m = random_weights(BridgedLstm(Encoder(IDS, 5, 6, 2, nn.LSTM), Decoder(IDS, 4, 5, 1, nn.LSTM, 6), bridge))
write("lstm-every", m, token_cases(m, IDS, SOS, EOS, 15, LENGTHS),
      {"decoder": {"feedback": feedback(), "context": "every",
                   "initial": [{"layer": 1, "weight": "bridge.h.weight", "bias": "bridge.h.bias",
                                "cellWeight": "bridge.c.weight"}], "limit": 15}})

# The decoder's one layer starts from the last of the encoder's; no end token, so always as many as the limit.
m = random_weights(LastLayer(Encoder(IDS, 5, 6, 3, nn.GRU), Decoder(IDS, 4, 6, 1, nn.GRU)))
write("gru-last-layer", m, token_cases(m, IDS, SOS, -1, 9, LENGTHS),
      {"decoder": {"feedback": {"kind": "token", "start": SOS}, "initial": [{"layer": 2}], "limit": 9}})

# Trained: reverses three to six letters.
torch.manual_seed(11)
WORDS = ["<SOS>", "<EOS>", "<UNK>"] + list("abcdef")
m = Seq2Seq(Encoder(len(WORDS), 8, 32, 1, nn.GRU), Decoder(len(WORDS), 8, 32, 1, nn.GRU))
optimiser = torch.optim.Adam(m.parameters(), 0.01)
for i in range(1200):
    length = int(torch.randint(1, 7, ()))
    x = torch.randint(3, len(WORDS), (64, length))
    y = torch.cat((x.flip(1), torch.full((64, 1), EOS)), 1)
    o, state = m.encoder(x)
    fed = torch.cat((torch.full((64, 1), SOS), y[:, :-1]), 1)
    z, _ = m.decoder.rnn(m.decoder.embedding(fed), state)
    loss = F.cross_entropy(m.decoder.out(z).flatten(0, 1), y.flatten())
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    for group in optimiser.param_groups:
        group["lr"] = 0.01 * (1 - i / 1200)
cases = token_cases(m, len(WORDS), SOS, EOS, 10, (1, 2, 3, 4, 5, 6, 6, 6, 5, 4), [UNK])
right = sum(case["tokens"] == case["input"][::-1] for case in cases)
print("reverse: loss", float(loss), "right", right, "of", len(cases))
write("reverse", m, cases,
      {"features": [{"kind": "token", "field": "letter", "vocabulary": WORDS,
                     "unknown": [{"when": "always", "token": "<UNK>"}]}],
       "endField": "last",
       "decoder": {"feedback": {"kind": "token", "start": "<SOS>", "end": "<EOS>"},
                   "head": {"kind": "softmax", "labels": WORDS}, "limit": 10}})


class Forecaster(nn.Module):
    """Reads numbers; the decoder starts from the last of them and reads its own outputs."""

    def __init__(self, width, hidden, layers, kind):
        super().__init__()
        self.encoder = nn.ModuleDict({"rnn": kind(width, hidden, layers, batch_first=True)})
        self.decoder = nn.ModuleDict({"rnn": kind(width, hidden, layers, batch_first=True), "out": nn.Linear(hidden, width)})

    def forward(self, x, length, first):
        _, state = self.encoder["rnn"](x)
        y, ys = first, []
        for _ in range(length):
            o, state = self.decoder["rnn"](y[:, None], state)
            y = self.decoder["out"](o[:, 0])
            ys.append(y)
        return torch.stack(ys, 1)


AHEAD, MEAN, STD = 8, 20.0, 4.0


def sines(count, length, dtype=torch.float32):
    t = torch.arange(length, dtype=dtype)[None]
    phase = torch.rand(count, 2, 1, dtype=dtype) * 2 * math.pi
    return 0.9 * torch.sin(0.4 * t + phase[:, 0]) + 0.5 * torch.sin(0.95 * t + phase[:, 1])


torch.manual_seed(13)
m = Forecaster(1, 24, 1, nn.LSTM)
optimiser = torch.optim.Adam(m.parameters(), 0.01)
for i in range(700):
    s = sines(64, 40 + AHEAD)[..., None]
    loss = F.mse_loss(m(s[:, :40], AHEAD, s[:, 39]), s[:, 40:])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    for group in optimiser.param_groups:
        group["lr"] = 0.01 * (1 - i / 700)
print("sines: mean squared error", float(loss))
m = m.double().eval()
cases = []
with torch.no_grad():
    for s in sines(6, 40, torch.float64):
        raw = (s * STD + MEAN)
        x = ((raw - MEAN) / STD)[None, :, None]
        cases.append({"input": raw.tolist(), "outputs": (m(x, AHEAD, x[:, -1])[0] * STD + MEAN).tolist()})
write("sines", m, cases,
      {"features": [{"kind": "number", "field": "value", "mean": MEAN, "std": STD}],
       "decoder": {"feedback": {"kind": "number", "fields": ["value"], "start": "last"}, "limit": AHEAD}})

# Vectors from zero, two GRU layers.
torch.manual_seed(17)
m = random_weights(Forecaster(3, 6, 2, nn.GRU), 0.6).double().eval()
cases = []
with torch.no_grad():
    for length in (1, 4, 25):
        x = torch.randn(1, length, 3, dtype=torch.float64)
        cases.append({"input": x[0].tolist(), "outputs": m(x, 7, torch.zeros(1, 3, dtype=torch.float64))[0].tolist()})
write("vectors", m, cases, {"decoder": {"feedback": {"kind": "number"}, "limit": 7}})
