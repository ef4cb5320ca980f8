#!/usr/bin/python3
"""Writes fixtures/onnx with PyTorch (Debian: python3-torch): a model, an input, and every output.

    /usr/bin/python3 test/deploy/import/make-onnx.py fixtures/onnx

The model is random; it holds the operators of a MobileNetV2 and the places where ONNX differs from
our layout: NCHW maps, groups, padding on both sides, a dense layer on a flattened map.
"""

import json
import sys

import torch
from torch import nn

torch.manual_seed(7)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = 2 * channels
        self.expand = nn.Conv2d(channels, hidden, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(hidden)
        self.depthwise = nn.Conv2d(hidden, hidden, 3, 1, 1, groups=hidden, bias=False)
        self.norm2 = nn.BatchNorm2d(hidden)
        self.project = nn.Conv2d(hidden, channels, 1, bias=False)
        self.norm3 = nn.BatchNorm2d(channels)
        self.relu6 = nn.ReLU6()

    def forward(self, x):
        y = self.relu6(self.norm1(self.expand(x)))
        y = self.relu6(self.norm2(self.depthwise(y)))
        return x + self.norm3(self.project(y))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.stride = nn.Conv2d(8, 8, (5, 3), (2, 1), (2, 1), groups=8)
        self.block = Block(8)
        self.pool = nn.AvgPool2d(2, 2)
        self.dense1 = nn.Linear(8 * 2 * 2, 12)
        self.dense2 = nn.Linear(12, 4)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.stem(x - 0.5))
        x = self.block(self.stride(x))
        x = self.pool(x).flatten(1)
        return self.dense2(self.relu(self.dense1(x)))


net = Net().eval()
for module in net.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.running_mean.normal_(0, 0.3)
        module.running_var.uniform_(0.5, 2)
        module.weight.data.uniform_(0.5, 2)
        module.bias.data.normal_(0, 0.5)

seen = {}
# What remains of each group of folded modules is the output of its last one.
watched = ["relu", "stride", "block.norm3", "block", "pool", "dense1", "dense2"]
modules = dict(net.named_modules())
calls = {}


def watch(name):
    def hook(_, __, output):
        calls[name] = calls.get(name, 0) + 1
        # HWC, as octobar keeps maps
        values = output[0].permute(1, 2, 0) if output.dim() == 4 else output[0]
        seen[f"{name}#{calls[name]}"] = [round(v, 6) for v in values.flatten().tolist()]

    return hook


for name in watched:
    modules[name].register_forward_hook(watch(name))
picture = torch.rand(1, 3, 17, 10)
with torch.no_grad():
    net(picture)
outputs = dict(seen)
folder = sys.argv[1]
torch.onnx.export(net, picture, f"{folder}/small.onnx", opset_version=13, do_constant_folding=False,
                  training=torch.onnx.TrainingMode.PRESERVE, input_names=["picture"], output_names=["logits"])
with open(f"{folder}/small.json", "w") as file:
    values = [round(v, 6) for v in picture[0].permute(1, 2, 0).flatten().tolist()]
    json.dump({"torch": torch.__version__, "picture": values, "outputs": outputs}, file)
    file.write("\n")
