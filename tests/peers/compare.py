"""Compares every op's value and gradient, optimisers, schedules and rank correlations with PyTorch and SciPy.

Usage: compare.py PROGRAM      the program peer_ops
"""

import json
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import torch

import cases as peer
import safetensors

# What no case of another program can show: its numbers are random.
WITHOUT_PEER = {"dropout"}


def answers_of(program, cases):
    arrays, settings = {}, []
    for i, case in enumerate(cases):
        case.name = f"{i:04d}.{case.op}"
        for j, value in enumerate(case.inputs):
            arrays[f"{case.name}.{j}"] = value
        if case.differentiable:
            arrays[f"{case.name}.dy"] = case.cotangent
        settings.append(dict(case.settings, name=case.name, op=case.op, inputs=len(case.inputs)))
    with tempfile.TemporaryDirectory() as folder:
        safetensors.write(folder + "/cases", arrays, {"cases": json.dumps(settings)})
        subprocess.run([program, folder + "/cases", folder + "/answers"], check=True)
        return safetensors.read(folder + "/answers")


def expect(case, rng):
    """Sets the right value, and for a random cotangent the right gradients."""
    inputs = [torch.tensor(x, requires_grad=case.differentiable) for x in case.inputs]
    y = case.expected(*inputs)
    case.right = {"y": y.detach().numpy()}
    if case.differentiable:
        case.cotangent = rng.standard_normal(y.shape)
        gradients = torch.autograd.grad(y, inputs, torch.tensor(case.cotangent), allow_unused=True)
        for i, gradient in enumerate(gradients):
            case.right[f"d{i}"] = np.zeros(inputs[i].shape) if gradient is None else gradient.numpy()


def difference(case, part, found):
    """What is wrong with one array of an answer; nothing when it is right."""
    right = case.right[part]
    if found.shape != right.shape:
        return f"{part}: shape {list(found.shape)}, right is {list(right.shape)}"
    # Sums of large and small numbers can only be right to the rounding of the large ones.
    finite = np.abs(right[np.isfinite(right)])
    elementwise = case.op in ELEMENTWISE
    size = np.abs(right) if elementwise else np.full(right.shape, finite.max() if finite.size else 0.0)
    with np.errstate(all="ignore"):
        near = np.abs(found - right) <= case.tolerance * size + case.absolute
        wrong = ~(near | (found == right) | (np.isnan(found) & np.isnan(right)))
    if elementwise and part != "y" and right.shape == case.right["y"].shape:
        wrong &= ~np.isnan(case.right["y"])  # a gradient of what is no number may be anything
    if not wrong.any():
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = ""
    if all(x.shape == right.shape for x in case.inputs):
        where = " of " + ", ".join(repr(float(x[place])) for x in case.inputs)
    return (f"{part}{list(place)}{where} is {float(found[place])!r}, right is {float(right[place])!r}"
            f" ({int(wrong.sum())} of {wrong.size} differ)")


ELEMENTWISE = {"neg", "exp", "log", "log1p", "sqrt", "square", "abs", "tanh", "sigmoid", "relu", "softplus", "elu", "pow",
               "scale", "shift", "clamp", "maximum", "minimum", "rsqrt", "reciprocal", "expm1", "log2", "log10", "sin",
               "cos", "erf", "sign", "floor", "leaky_relu", "silu", "gelu", "gelu_tanh", "where"}


def main(program):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    cases, rng = peer.all_cases(), np.random.default_rng(2)
    for case in cases:
        expect(case, rng)
    arrays, texts = answers_of(program, cases)
    faults = []
    for case in cases:
        if case.name in texts:
            faults.append(f"{case.name}: {texts[case.name]}")
            continue
        for part in case.right:
            fault = difference(case, part, arrays[f"{case.name}.{part}"])
            if fault:
                faults.append(f"{case.name} {case.settings or ''}: {fault}")
    names = set(subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.split())
    missing = names - {case.op for case in cases} - WITHOUT_PEER
    faults += [f"no case of {name}" for name in sorted(missing)]
    print("\n".join(faults + [f"peers: {len(cases)} cases of {len(names)} ops beside PyTorch {torch.__version__}, "
                              f"{len(faults)} differences"]))
    return 1 if faults else 0


sys.exit(main(sys.argv[1]))
