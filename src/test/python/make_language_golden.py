"""Golden log-probabilities and perplexities of a small language model, from PyTorch in float64.

    python3 src/test/python/make_language_golden.py src/test/resources/golden
"""
import json, sys
import torch
from safetensors.torch import save_file
from torch import nn

IDS, WIDTH, HIDDEN = 11, 4, 6
torch.manual_seed(5)
model = nn.ModuleDict({
    "embedding": nn.Embedding(IDS, WIDTH),
    "lstm": nn.LSTM(WIDTH, HIDDEN, batch_first=True),
    "out": nn.Linear(HIDDEN, IDS),
})
for p in model.parameters():
    nn.init.normal_(p, std=0.7)
out = sys.argv[1]
save_file(model.state_dict(), out + "/language.safetensors")
model = model.double()


def greedy(ids, steps=15):
    """The tokens the model gives when it goes on by itself, the most probable one each time."""
    ids = ids.tolist()
    start = len(ids)
    with torch.no_grad():
        for _ in range(steps):
            y, _ = model["lstm"](model["embedding"](torch.tensor([ids])))
            ids.append(int(model["out"](y)[0, -1].argmax()))
    return ids[start:]


cases = []
for length in (2, 9, 40):
    ids = torch.randint(0, IDS, (length,))
    with torch.no_grad():
        y, _ = model["lstm"](model["embedding"](ids[None]))
        log_p = torch.log_softmax(model["out"](y)[0], -1)
    of_event = [float(log_p[t - 1, ids[t]]) for t in range(1, length)]
    perplexity = [float(torch.exp(-torch.tensor(of_event[:t]).double().mean())) for t in range(1, length)]
    cases.append({"ids": ids.tolist(), "logProbability": of_event, "perplexity": perplexity,
                  "greedy": greedy(ids), "lastValues": model["out"](y)[0, -1].tolist()})
json.dump(cases, open(out + "/language.json", "w"))
