"""Trains a net on two moons with PyTorch and writes it as moons.safetensors, as the example `transfer` reads it."""

import json
import math

import torch
from torch import nn

torch.manual_seed(1)
label = torch.arange(1000) % 2
angle = math.pi * torch.rand(1000)
x = torch.stack([angle.cos() * (1 - 2 * label) + label, angle.sin() * (1 - 2 * label) + label / 2], 1)
x = x + 0.2 * torch.randn(1000, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.bn = nn.Linear(2, 32), nn.BatchNorm1d(32)
        self.fc2, self.head = nn.Linear(32, 32), nn.Linear(32, 2)

    def forward(self, x):
        return self.head(torch.relu(self.fc2(torch.relu(self.bn(self.fc1(x))))))


net = Net()
adam = torch.optim.Adam(net.parameters(), 0.01)
for _ in range(300):
    adam.zero_grad()
    nn.functional.cross_entropy(net(x), label).backward()
    adam.step()

header, data = {"__metadata__": {"format": "pt"}}, b""
for name, tensor in net.state_dict().items():
    blob = tensor.numpy().tobytes()
    kind = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
    header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(blob)]}
    data += blob
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open("moons.safetensors", "wb") as file:
    file.write(len(text).to_bytes(8, "little") + text + data)
net.eval()
print("accuracy", (net(x).argmax(1) == label).float().mean().item())
