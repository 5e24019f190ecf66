"""Inputs on which ops often come out wrong, each with what PyTorch or SciPy makes of it, in double."""

import itertools

import numpy as np
import scipy.stats
import torch
import torch.nn.functional as F

rng = np.random.default_rng(1)
inf, nan = float("inf"), float("nan")
TINY, HUGE = 5e-324, 1.7e308

# Zeros of both signs, what is lost or runs over in float or double, and what is no number.
EXTREMES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 1e-8, -1e-8, 1e-20, -1e-20, 1e-160, -1e-160, 1e-300, -1e-300,
            TINY, -TINY, 30.0, -30.0, 40.0, -40.0, 88.7, -104.0, 700.0, -700.0, 710.0, -710.0, 745.0, -745.2, 800.0,
            -800.0, 1e8, -1e8, 1e16, -1e16, 1e160, -1e160, HUGE, -HUGE, inf, -inf, nan]


class Case:
    """One call of an op: inputs, settings, the function of PyTorch that gives the right answer, and how far off an answer
    may be: a share of its size (of a sum, of its largest element), and beside that an absolute difference."""

    def __init__(self, op, inputs, expected, differentiable=True, tolerance=1e-12, absolute=1e-300, **settings):
        self.op, self.settings, self.expected = op, settings, expected
        self.inputs = [np.asarray(x, dtype=np.float64) for x in inputs]
        self.differentiable, self.tolerance, self.absolute = differentiable, tolerance, absolute


def normal(*shape):
    return rng.standard_normal(shape)


def unary():
    x = np.array(EXTREMES)
    ops = {
        "neg": lambda x: -x,
        "exp": torch.exp,
        "log": torch.log,
        "log1p": torch.log1p,
        "sqrt": torch.sqrt,
        "square": torch.square,
        "abs": torch.abs,
        "rsqrt": torch.rsqrt,
        "reciprocal": torch.reciprocal,
        "log2": torch.log2,
        "log10": torch.log10,
        "sin": torch.sin,
        "cos": torch.cos,
        "erf": torch.erf,
        # PyTorch's sign of what is no number is 0.
        "sign": lambda x: torch.where(x.isnan(), x, torch.sign(x)),
        "floor": torch.floor,
        "sigmoid": torch.sigmoid,
        "relu": torch.relu,
        "softplus": lambda x: F.softplus(x, threshold=40),
        "stop_gradient": lambda x: torch.where(torch.zeros_like(x, dtype=torch.bool), x, x.detach()),
    }
    for op, f in ops.items():
        yield Case(op, [x], f)
        for scale in (1, 10, 1e-5):
            yield Case(op, [scale * normal(7, 33)], f)
    for value in (x, normal(7, 33)):  # PyTorch's gradient is y + 1, of which the rounding of y is left
        yield Case("expm1", [value], torch.expm1, absolute=1e-15)
    for slope in (0.01, 0.0, -0.5):
        finite = x[np.isfinite(x)] if slope == 0 else x  # PyTorch's 0 · −∞ is no number
        yield Case("leaky_relu", [finite], lambda x, s=slope: F.leaky_relu(x, s), slope=slope)
    # PyTorch subtracts numbers near 1 in the tails, squares large ones, and multiplies −∞ by 0.
    moderate = x[np.abs(x) < 1e8]
    gates = {"silu": F.silu, "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh")}
    for op, f in gates.items():
        for value in (moderate, 3 * normal(7, 33)):
            yield Case(op, [value], f, absolute=1e-14)
    # PyTorch's gradient is 1 − y², of which the rounding of y is all that is left from 19 on.
    yield Case("tanh", [x], torch.tanh, absolute=1e-15)
    yield Case("tanh", [10 * normal(7, 33)], torch.tanh, absolute=1e-15)
    # PyTorch's value is eˣ − 1, which is wrong near 0: that of expm1 is taken, and the gradient of eˣ.
    exact = lambda x: x.exp() - x.exp().detach() + x.expm1().detach()
    for alpha in (1.0, 0.3):
        yield Case("elu", [x], lambda x, a=alpha: torch.where(x > 0, x, a * exact(x.clamp_max(0))), alpha=alpha)
    for exponent in (0.0, 1.0, 2.0, 3.0, 0.5, 1.5, -1.0, -2.0, -0.5, 7.25):
        # PyTorch takes roots of −∞ for NaN where the C standard's pow gives ∞.
        roots = x[x != -inf] if exponent % 1 else x
        yield Case("pow", [roots], lambda x, e=exponent: torch.pow(x, e), exponent=exponent)
        yield Case("pow", [np.abs(normal(40)) * 3], lambda x, e=exponent: torch.pow(x, e), exponent=exponent)
    for c in (0.0, -2.5, 1e300):
        yield Case("scale", [x], lambda x, c=c: x * c, c=c)
        yield Case("shift", [x], lambda x, c=c: x + c, c=c)
    for low, high in ((-1.0, 1.0), (0.0, 0.0), (-1e300, 0.5)):
        yield Case("clamp", [x], lambda x, l=low, h=high: torch.clamp(x, l, h), low=low, high=high)


def binary():
    a, b = (np.array(side) for side in zip(*itertools.product(EXTREMES, EXTREMES)))
    different = (a != b) | np.isnan(a)
    positive = (a > 0) & np.isfinite(a) & np.isfinite(b)
    ops = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}
    for op, f in ops.items():
        yield Case(op, [a, b], f)
        for left, right in (([4, 1, 3], [5, 1]), ([], [2, 3]), ([1], [0, 2]), ([2, 3, 4], [4])):
            yield Case(op, [normal(*left), normal(*right)], f)
    comparisons = {"equal": torch.eq, "not_equal": torch.ne, "less": torch.lt, "less_equal": torch.le,
                   "greater": torch.gt, "greater_equal": torch.ge}
    for op, f in comparisons.items():
        yield Case(op, [a, b], lambda a, b, f=f: f(a, b).double(), differentiable=False)
        yield Case(op, [normal(4, 1, 3), normal(5, 1)], lambda a, b, f=f: f(a, b).double(), differentiable=False)
    for sizes in (([len(a)], [len(a)], [len(a)]), ([4, 1, 3], [5, 1], [1]), ([1, 3], [2, 1, 1], [4, 1]), ([], [2], [3, 1])):
        condition = rng.integers(0, 2, sizes[0])
        numbers = [a, b] if sizes[1] == [len(a)] else [normal(*size) for size in sizes[1:]]
        yield Case("where", numbers, lambda a, b, c=torch.tensor(condition != 0): torch.where(c, a, b), sizes=sizes[0],
                   condition=condition.ravel().tolist())
    # Of equal numbers the gradient goes to one or is shared: no comparison.
    for op, f in {"maximum": torch.maximum, "minimum": torch.minimum}.items():
        yield Case(op, [a[different], b[different]], f)
    # Powers of numbers from 1e-20 to 1e16; exponents that do not magnify the rounding of a logarithm.
    moderate = positive & (a > 1e-21) & (a < 1e17) & (np.abs(b) < 9)
    yield Case("power", [a[moderate], b[moderate]], torch.pow)
    yield Case("power", [np.abs(normal(6, 1, 5)), normal(3, 1)], torch.pow)


def hard_rows():
    """Rows of scores that overflow, lie far apart, or are masked."""
    rows = [[800, 800, 800], [1e8, 1e8, 0], [-1e8, -1e8, -2e8], [1010, 1000, 990], [0, 0, 0], [1e300, -1e300, 0],
            [1, 2, -inf], [-inf, 0, -inf], [-745, 0, 745], [1e-300, -1e-300, 0], [40, -40, 0], [1e16, 1e16 + 2, 0]]
    return np.array(rows, dtype=np.float64)


def logsumexp(x, axes, keepdims=False):
    """torch.logsumexp, whose gradient loses the digits that a large maximum takes from the result."""
    top = x.detach().amax(axes, keepdim=True)
    top = torch.where(top.isinf(), torch.zeros_like(top), top)
    total = (x - top).exp().sum(axes, keepdim=True)
    y = torch.where(total == 0, total.detach().log(), total.clamp_min(TINY).log()) + top
    return y if keepdims else y.sum(axes)


def logcumsumexp(x, axis):
    parts = [logsumexp(x.narrow(axis, 0, i + 1), axis, True) for i in range(x.shape[axis])]
    return torch.cat(parts, axis)


def rows():
    x = hard_rows()
    for axis, value in ((-1, x), (1, x), (0, x.T.copy()), (1, normal(3, 7, 4)), (0, normal(5)), (-1, normal(2, 300))):
        yield Case("softmax", [value], lambda x, a=axis: torch.softmax(x, a), axis=axis)
        yield Case("log_softmax", [value], lambda x, a=axis: torch.log_softmax(x, a), axis=axis)
        yield Case("logsumexp", [value], lambda x, a=axis: logsumexp(x, a), axes=[axis])
        yield Case("logcumsumexp", [value], lambda x, a=axis: logcumsumexp(x, a), axis=axis)
    labels = [int(np.argmax(row)) for row in x]
    finite = x[np.isfinite(x).all(axis=1)]
    reductions = {"sum": lambda t: t.sum(), "mean": lambda t: t.mean(),
                  "batch_mean": lambda t: t.sum() / t.shape[0]}
    for reduction, reduce in reductions.items():
        yield Case("cross_entropy", [x], lambda x, r=reduce: r(F.cross_entropy(x, torch.tensor(labels), reduction="none")),
                   labels=labels, reduction=reduction)
        yield Case("cross_entropy", [finite],
                   lambda x, r=reduce: r(F.cross_entropy(x, torch.tensor([1] * len(x)), reduction="none")),
                   labels=[1] * len(finite), reduction=reduction)
        # A class of probability 0 counts for nothing.
        def divergence(x, r=reduce):
            q = x.softmax(-1)
            return r((q * (x.log_softmax(-1) + np.log(x.shape[-1])).masked_fill(q == 0, 0)).sum(-1))

        for value in (x, normal(4, 9)):
            yield Case("kl_to_uniform", [value], divergence, absolute=1e-12, reduction=reduction)
        yield Case("bce_with_logits", [[[800.0, -800, 30, -30, 0, 1e-8]], [[1.0, 0, 0, 1, 0.5, 0.25]]],
                   lambda x, t, r=reduce: r(F.binary_cross_entropy_with_logits(x, t, reduction="none")),
                   reduction=reduction)
        yield Case("bce_with_logits", [normal(5, 8) * 9, rng.random((5, 8))],
                   lambda x, t, r=reduce: r(F.binary_cross_entropy_with_logits(x, t, reduction="none")),
                   reduction=reduction)
        a, b = normal(5, 8), normal(5, 8)
        a[0, 0] = b[0, 0]
        yield Case("l1_loss", [a, b], lambda a, b, r=reduce: r((a - b).abs()), reduction=reduction)
        yield Case("l2_loss", [a, b], lambda a, b, r=reduce: r((a - b).square() / 2), reduction=reduction)


def reductions():
    def prod(x, axes, keepdims=False):
        for axis in axes:
            x = x.prod(axis, True)
        return x if keepdims else x.sum(axes)

    ops = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin, "prod": prod,
           "logsumexp": torch.logsumexp}
    for op, f in ops.items():
        for shape, axes in (((3, 4, 5), [1]), ((3, 4, 5), [0, 2]), ((3, 4, 5), [-1]), ((2, 1), [0, 1]), ((600,), [0]),
                            ((300, 7), [0])):
            for keepdims in (False, True):
                yield Case(op, [normal(*shape)], lambda x, f=f, a=axes, k=keepdims: f(x, a, k), axes=axes,
                           keepdims=keepdims)
    ties = np.array([[1.0, 1, 0], [2, 2, 2], [-inf, -inf, -inf], [inf, 0, inf], [0.0, -0.0, -1]])
    holes = [[nan, 1, 2], [1, nan, 2], [1, 2, nan], [inf, nan, inf]]
    for op, f in {"max": torch.amax, "min": torch.amin}.items():
        yield Case(op, [ties], lambda x, f=f: f(x, 1), axes=[1])
        yield Case(op, [holes], lambda x, f=f: f(x, 1), differentiable=False, axes=[1])
    zeros = [[0, 2, 3], [2, 0, 3], [0, 2, 0], [0, 0, 0], [-0.0, 1, 2], [1e-160, 1e-160, 1e300], [1, 2, 3]]
    yield Case("prod", [zeros], lambda x: prod(x, [1]), axes=[1])
    yield Case("prod", [np.array(zeros).T.copy()], lambda x: prod(x, [0]), axes=[0])
    for correction, (shape, axes) in itertools.product((0, 1), (((3, 4, 5), [1]), ((3, 4, 5), [0, 2]), ((600,), [0]))):
        for shift in (0, 1e6):
            x = shift + normal(*shape)
            tolerance = 1e-12 if shift == 0 else 1e-9
            yield Case("variance", [x], lambda x, a=axes, c=correction: torch.var(x, a, unbiased=c == 1),
                       tolerance=tolerance, axes=axes, correction=correction)
            yield Case("standard_deviation", [x], lambda x, a=axes, c=correction: torch.std(x, a, unbiased=c == 1),
                       tolerance=tolerance, axes=axes, correction=correction)
    for op, f in {"argmax": torch.argmax, "argmin": torch.argmin}.items():
        for value, axis in ((ties, 1), (ties, 0), (holes, -1), (normal(3, 4, 5), 1)):
            if np.shape(value) == ties.shape:  # PyTorch may give any of equal ones
                expected = lambda x, a=axis, g=getattr(np, op): torch.tensor(g(x.numpy(), a).astype(float))
            else:
                expected = lambda x, a=axis, f=f: f(x, a).double()
            yield Case(op, [value], expected, differentiable=False, axis=axis)
    special = np.array([[1, inf, 2], [1, -inf, 2], [inf, -inf, 0], [nan, 1, 2], [HUGE, HUGE, -HUGE], [1e16, 1, -1e16]])
    for op in ("sum", "mean"):
        yield Case(op, [special[:5]], lambda x, f=ops[op]: f(x, 1), axes=[1])


def orders():
    numbers = [normal(3, 4, 5), normal(70), np.zeros((2, 9)), np.array([[3.0, 1, 3, 2, 1, 3], [1, 2, 3, 4, 5, 6]])]
    for x in numbers:
        for axis in range(x.ndim):
            yield Case("cumsum", [x], lambda x, a=axis: torch.cumsum(x, a), axis=axis)
            for falling in (False, True):
                yield Case("sort", [x], lambda x, a=axis, d=falling: torch.sort(x, dim=a, descending=d, stable=True)[0],
                           axis=axis, descending=falling)
                order = lambda x, a=axis, d=falling: torch.sort(x, dim=a, descending=d, stable=True)[1].double()
                yield Case("argsort", [x], order, differentiable=False, axis=axis, descending=falling)
                for k in (0, 1, x.shape[axis]):
                    yield Case("topk", [x], lambda x, k=k, a=axis, d=falling: torch.sort(
                        x, dim=a, descending=d, stable=True)[0].narrow(a, 0, k), k=k, axis=axis, largest=falling)
    hard = [[nan, 1, inf, -inf, nan, 0, -0.0, HUGE], [inf, inf, nan, -inf, 0, -0.0, 0, TINY]]
    for falling in (False, True):
        yield Case("sort", [hard], lambda x, d=falling: torch.sort(x, descending=d, stable=True)[0], axis=1,
                   descending=falling)
        order = lambda x, d=falling: torch.sort(x, descending=d, stable=True)[1].double()
        yield Case("argsort", [hard], order, differentiable=False, axis=1, descending=falling)
        yield Case("topk", [hard], lambda x, d=falling: torch.topk(x, 4, largest=d)[0], differentiable=False, k=4, axis=1,
                   largest=falling)
    yield Case("cumsum", [[[1, inf, 2, -inf], [nan, 1, 2, 3], [1, 2, nan, 3]]], lambda x: torch.cumsum(x, 1),
               differentiable=False, axis=1)
    yield Case("logcumsumexp", [[[inf, 0, inf], [-inf, -inf, 1], [0, nan, 1], [-inf, inf, 3]]],
               lambda x: torch.logcumsumexp(x, 1), differentiable=False, axis=1)


def losses():
    reductions = {"sum": lambda t: t.sum(), "mean": lambda t: t.mean(), "batch_mean": lambda t: t.sum() / t.shape[0]}
    far = np.array([[0.1, -0.4, 3], [1e8, -1e8, 2], [1e160, -1e300, inf]])
    signs = [1.0, -1, -1, 1, 1]
    labels, weights = [2, 0, 1, 2, -5], [0.5, 2.0, 0.0]
    for reduction, reduce in reductions.items():
        for size in (1.0, 0.3, 20.0):
            for a, b in ((normal(5, 4), normal(5, 4)), (far, np.zeros((3, 3)))):
                yield Case("huber_loss", [a, b],
                           lambda a, b, s=size, r=reduce: r(F.huber_loss(a, b, delta=s, reduction="none")), delta=size,
                           reduction=reduction)
                yield Case("smooth_l1_loss", [a, b],
                           lambda a, b, s=size, r=reduce: r(F.smooth_l1_loss(a, b, beta=s, reduction="none")), beta=size,
                           reduction=reduction)
            yield Case("hinge_loss", [normal(5, 4), np.sign(normal(5, 4))],
                       lambda x, t, s=size, r=reduce: r(torch.clamp_min(s - t * x, 0)), margin=size, reduction=reduction)
            yield Case("multi_margin_loss", [normal(5, 3)],
                       lambda x, s=size, r=reduce: r(F.multi_margin_loss(x, torch.tensor([2, 0, 1, 2, 2]), margin=s,
                                                                         reduction="none")),
                       labels=[2, 0, 1, 2, 2], margin=size, reduction=reduction)
            triplet = lambda a, p, n, s=size, r=reduce: r(torch.relu((a - p).norm(dim=1) - (a - n).norm(dim=1) + s))
            yield Case("triplet_loss", [normal(5, 3), normal(5, 3), normal(5, 3)], triplet, margin=size,
                       reduction=reduction)
            yield Case("contrastive_loss", [normal(5, 3), normal(5, 3), rng.random(5)],
                       lambda a, b, t, s=size, r=reduce: r(t * (a - b).norm(dim=1) ** 2 / 2 + (1 - t) * torch.relu(
                           s - (a - b).norm(dim=1)) ** 2 / 2), margin=size, reduction=reduction)
            # PyTorch adds 1e-12 to the squares of lengths.
            yield Case("cosine_embedding_loss", [normal(5, 3), normal(5, 3)],
                       lambda a, b, s=size / 5, r=reduce: r(F.cosine_embedding_loss(
                           a, b, torch.tensor(signs), margin=s, reduction="none")),
                       tolerance=1e-10, targets=signs, margin=size / 5, reduction=reduction)
        q, p = np.log(rng.dirichlet(np.ones(4), 5)), rng.dirichlet(np.ones(4), 5)
        yield Case("kl_divergence", [q, p],
                   lambda q, p, r=reduce: r(p * (p.log() - q)), reduction=reduction)
        some = np.where(p < 0.2, 0, p)  # a probability of 0 counts for nothing
        yield Case("kl_divergence", [q, some],
                   lambda q, p, r=reduce: r((p * (p.clamp_min(TINY).log() - q)).masked_fill(p == 0, 0)),
                   differentiable=False, reduction=reduction)
        for w in ([], weights):
            torch_weights = torch.tensor(w, dtype=torch.float64) if w else None
            name = "mean" if reduction == "mean" else "sum"
            share = 1 / 5 if reduction == "batch_mean" else 1
            yield Case("nll_loss", [normal(5, 3)],
                       lambda x, w=torch_weights, n=name, s=share: s * F.nll_loss(
                           x, torch.tensor(labels), w, ignore_index=-5, reduction=n),
                       labels=labels, weights=w, ignored=-5, reduction=reduction)
            for smoothing in (0.0, 0.1, 1.0):
                for x in (normal(5, 3), hard_rows()[:5]):
                    yield Case("cross_entropy", [x],
                               lambda x, w=torch_weights, n=name, s=share, e=smoothing: s * F.cross_entropy(
                                   x, torch.tensor(labels), w, ignore_index=-5, reduction=n, label_smoothing=e),
                               labels=labels, weights=w, ignored=-5, smoothing=smoothing, reduction=reduction)
                    yield Case("cross_entropy", [x, rng.dirichlet(np.ones(3), 5)],
                               lambda x, t, w=torch_weights, n=name, s=share, e=smoothing: s * F.cross_entropy(
                                   x, t, w, reduction=n, label_smoothing=e),
                               weights=w, smoothing=smoothing, reduction=reduction)
    hard = np.array([[3e160, 4e160], [3e-170, 4e-170], [1, -1], [1e100, 1e-100]])
    def cosine(a, b):
        def unit(x):  # x / max(‖x‖, 1e-8), without squares beyond the range
            largest = x.detach().abs().amax(-1, keepdim=True)
            length = largest * (x / largest).norm(dim=-1, keepdim=True)
            return x / length.clamp_min(1e-8)
        return (unit(a) * unit(b)).sum(-1)
    yield Case("cosine_similarity", [hard, hard[::-1].copy()], cosine, differentiable=False)
    yield Case("cosine_similarity", [normal(4, 9), normal(4, 9)], cosine)


def shapes():
    x = normal(2, 3, 4)
    yield Case("reshape", [x], lambda x: x.reshape(4, 6), sizes=[4, 6])
    yield Case("permute", [x], lambda x: x.permute(2, 0, 1), order=[2, 0, 1])
    yield Case("transpose", [x], lambda x: x.transpose(-1, -2))
    yield Case("broadcast_to", [normal(3, 1)], lambda x: x.expand(2, 3, 4), sizes=[2, 3, 4])
    for axis in (0, 1, -1):
        yield Case("concat", [x, normal(2, 3, 4)], lambda *p, a=axis: torch.cat(p, a), axis=axis)
        yield Case("slice", [x], lambda x, a=axis: x.narrow(a, 1, 1), axis=axis, begin=1, end=2)
    for axis in (0, 1, 2, 3):
        yield Case("stack", [x, normal(2, 3, 4)], lambda *p, a=axis: torch.stack(p, a), axis=axis)
    yield Case("gather_rows", [normal(5, 3)], lambda t: t[torch.tensor([4, 0, 4, 4, 2])], indices=[4, 0, 4, 4, 2])


def rearrangements():
    x = normal(2, 3, 4)
    for axis in (0, 1, -1):
        yield Case("move_axis", [x], lambda x, a=axis: x.movedim(0, a), **{"from": 0, "to": axis})
        yield Case("select", [x], lambda x, a=axis: x.select(a, 1), axis=axis, index=1)
        sizes = [1, x.shape[axis] - 1]
        yield Case("split", [x], lambda x, a=axis, s=sizes: torch.cat(torch.split(x, s, a)[::-1], a), axis=axis, sizes=sizes)
        yield Case("roll", [x], lambda x, a=axis: torch.roll(x, -3, a), axis=axis, shift=-3)
        yield Case("repeat_interleave", [x], lambda x, a=axis: x.repeat_interleave(3, a), axis=axis, times=3)
    for axes in ([0], [2, 0], [-2]):
        yield Case("flip", [x], lambda x, a=axes: torch.flip(x, a), axes=axes)
    for times in ([1, 1, 2], [3, 1, 1], [2, 3, 2]):
        yield Case("tile", [x], lambda x, t=times: x.repeat(t), times=times)
    widths = [[0, 0], [2, 1], [0, 3]]
    yield Case("pad", [x], lambda x: F.pad(x, (0, 3, 2, 1, 0, 0), value=-2.0), widths=widths, value=-2.0)
    yield Case("pad_reflect", [x], lambda x: F.pad(x[None], (0, 3, 2, 1), mode="reflect")[0], widths=widths)
    yield Case("diag", [x], torch.diag_embed)
    for shape in ((3, 3), (2, 4), (2, 4, 3)):
        m = normal(*shape)
        yield Case("diagonal", [m], lambda m: torch.diagonal(m, 0, -2, -1))
        for offset in (-1, 0, 2):
            yield Case("tril", [m], lambda m, o=offset: torch.tril(m, o), offset=offset)
            yield Case("triu", [m], lambda m, o=offset: torch.triu(m, o), offset=offset)


def indices():
    x = normal(4, 3, 5)
    for axis in (0, 1, -1):
        size = x.shape[axis]
        few = [int(i) for i in rng.integers(size, size=7)]
        yield Case("index_select", [x], lambda x, a=axis, i=few: x.index_select(a, torch.tensor(i)), axis=axis, indices=few)
        shape = list(x.shape)
        shape[axis] = 6
        all_of = rng.integers(size, size=shape)
        settings = {"axis": axis, "indices": all_of.ravel().tolist()}
        yield Case("scatter_add", [x, normal(*shape)],
                   lambda x, s, a=axis, i=all_of: x.scatter_add(a, torch.tensor(i), s), **settings)
        yield Case("gather", [x], lambda x, a=axis, i=all_of: x.gather(a, torch.tensor(i)), sizes=shape, **settings)
        part = all_of[:2, :2, :2]
        yield Case("gather", [x], lambda x, a=axis, i=part: x.gather(a, torch.tensor(i)), axis=axis, sizes=[2, 2, 2],
                   indices=part.ravel().tolist())
    segments = [4, 1, 1, 0, 4, 4, 1]
    for shape in ((7,), (7, 3), (7, 2, 5)):
        rows = normal(*shape)
        of = torch.tensor(segments).reshape([7] + [1] * (len(shape) - 1)).expand(*shape)
        zeros = torch.zeros(6, *shape[1:], dtype=torch.float64)
        for op, reduce in (("segment_sum", "sum"), ("segment_mean", "mean"), ("segment_max", "amax")):
            f = lambda x, z=zeros, i=of, r=reduce: z.scatter_reduce(0, i, x, r, include_self=False)
            yield Case(op, [rows], f, indices=segments, count=6)


def matrices():
    for m, n, k in ((1, 1, 1), (3, 5, 7), (65, 33, 129), (2, 4, 0)):
        for ta, tb in itertools.product((False, True), repeat=2):
            a, b = normal(k, m) if ta else normal(m, k), normal(n, k) if tb else normal(k, n)
            yield Case("matmul", [a, b],
                       lambda a, b, ta=ta, tb=tb: torch.matmul(a.T if ta else a, b.T if tb else b),
                       transpose_a=ta, transpose_b=tb)
        for relu in (False, True):
            act = torch.relu if relu else lambda y: y
            yield Case("linear", [normal(m, k), normal(n, k), normal(n)],
                       lambda x, w, b, act=act: act(F.linear(x, w, b)), relu=relu)
            yield Case("linear", [normal(2, m, k), normal(n, k)], lambda x, w, act=act: act(F.linear(x, w)), relu=relu)
    for left, right in (((2, 3, 4), (4, 5)), ((1, 3, 4), (6, 4, 2)), ((3, 4), (2, 2, 4, 1))):
        yield Case("matmul", [normal(*left), normal(*right)], torch.matmul)
    yield Case("matmul", [[[1, inf], [nan, 0]], [[1.0, 2], [0.5, 4]]], torch.matmul)
    yield Case("matmul", [[[1e200, 1e-200]], [[1e100], [1e-200]]], torch.matmul)


def sums_of_products():
    shapes = {"ij->ji": [(2, 3)], "iij->j": [(3, 3, 2)], "ij,jk": [(2, 3), (3, 4)], "bqhd,bkhd->bhqk": [(2, 3, 4, 5), (2, 6, 4, 5)],
              "bij,jk->bik": [(2, 3, 4), (4, 5)], "i,j->ij": [(3,), (4,)], "ij,ij->i": [(3, 4), (3, 4)],
              "ai,bi,ij->abj": [(2, 3), (4, 3), (3, 5)], "ij,kl->": [(2, 3), (4, 5)]}
    for equation, operands in shapes.items():
        yield Case("einsum", [normal(*s) for s in operands], lambda *x, e=equation: torch.einsum(e, *x), equation=equation)
    yield Case("dot", [normal(300), normal(300)], torch.dot)
    yield Case("outer", [normal(3), normal(5)], torch.outer)
    for axis in (0, 1, -1):
        a, b = normal(3, 4, 5), normal(3, 4, 5)
        yield Case("cosine_similarity", [a, b], lambda a, b, d=axis: F.cosine_similarity(a, b, d), axis=axis)
    tiny = [1e-12 * normal(3, 4), normal(3, 4)]
    yield Case("cosine_similarity", tiny, lambda a, b: F.cosine_similarity(a, b, 1), differentiable=False, axis=1)


def channels_last(f):
    """A function of [batch, channels, height, width] for images [batch, height, width, channels]."""
    return lambda x, *rest: f(x.permute(0, 3, 1, 2), *rest).permute(0, 2, 3, 1)


def convolutions():
    def conv(stride, padding, relu, max_pool):
        def f(x, w, b=None):
            top, bottom, left, right = padding
            y = F.conv2d(F.pad(x, (left, right, top, bottom)), w.permute(3, 2, 0, 1), b, stride)
            y = torch.relu(y) if relu else y
            return F.max_pool2d(y, max_pool) if max_pool > 1 else y
        return channels_last(f)

    kernels = ((1, 1), (3, 3), (2, 5), (5, 1))
    for kernel, (c, o), stride, size in itertools.product(kernels, ((1, 3), (16, 16), (20, 33)), (1, 2), ((8, 7), (13, 9))):
        for padding in ((0, 0, 0, 0), (1, 2, 2, 1)):
            x, w, b = normal(2, *size, c), normal(*kernel, c, o), normal(o)
            relu, pool = bool(rng.integers(2)), int(rng.integers(1, 3))
            yield Case("conv2d", [x, w, b], conv(stride, padding, relu, pool), tolerance=1e-11, stride=stride,
                       padding=list(padding), relu=relu, max_pool=pool)
    yield Case("conv2d", [normal(1, 5, 5, 2), normal(3, 3, 2, 4)], conv(1, (1, 1, 1, 1), False, 1), padding=[1, 1, 1, 1])
    # A pixel that is no number reaches the outputs that read it, and no others: not said of 16 channels and more.
    for bad in (inf, nan):
        for c in (2, 15):
            x = normal(1, 12, 12, c)
            x[0, 3, 8, 1] = bad
            yield Case("conv2d", [x, np.abs(normal(3, 3, c, 16)) + 0.1, normal(16)], conv(1, (1, 1, 1, 1), False, 1),
                       differentiable=False, tolerance=1e-11, padding=[1, 1, 1, 1])


def more_convolutions():
    """Groups, dilation, unequal strides, transposes and sequences."""
    # Channels in and out, groups: depthwise, two filters a channel, wide and narrow groups.
    groupings = ((6, 6, 1), (6, 6, 6), (6, 12, 6), (32, 34, 2), (6, 9, 3), (16, 16, 1))
    for (c, o, groups), stride, dilation in itertools.product(groupings, ((1, 1), (2, 1), (2, 3)), ((1, 1), (2, 1), (1, 3))):
        settings = {"stride": list(stride), "dilation": list(dilation), "groups": groups, "padding": [1, 1, 2, 2]}
        f = lambda x, w, b, s=stride, d=dilation, g=groups: F.conv2d(x, w.permute(3, 2, 0, 1), b, s, (1, 2), d, g)
        yield Case("conv2d", [normal(2, 7, 9, c), normal(3, 2, c // groups, o), normal(o)], channels_last(f),
                   tolerance=1e-11, **settings)
        extra = [stride[0] - 1, stride[1] // 2]
        f = lambda x, w, b, s=stride, d=dilation, g=groups, e=extra: F.conv_transpose2d(
            x, w.permute(3, 2, 0, 1), b, s, (1, 2), e, g, d)
        yield Case("conv_transpose2d", [normal(2, 4, 5, c), normal(3, 4, o // groups, c), normal(o)], channels_last(f),
                   tolerance=1e-11, output_padding=extra, **settings)
        length = lambda f: lambda x, w, b=None: f(x.permute(0, 2, 1), w.permute(2, 1, 0), b).permute(0, 2, 1)
        settings = {"stride": stride[0], "dilation": dilation[0], "groups": groups, "around": 1}
        f = lambda x, w, b, s=settings: F.conv1d(x, w, b, s["stride"], 1, s["dilation"], s["groups"])
        yield Case("conv1d", [normal(2, 9, c), normal(3, c // groups, o), normal(o)], length(f), tolerance=1e-11, **settings)
        f = lambda x, w, b, s=settings: F.conv_transpose1d(x, w, b, s["stride"], 1, s["stride"] - 1, s["groups"], s["dilation"])
        yield Case("conv_transpose1d", [normal(2, 5, c), normal(3, o // groups, c)], length(f), tolerance=1e-11,
                   output_padding=stride[0] - 1, **settings)


def upsampling():
    for size in ((10, 14), (5, 7), (9, 4), (2, 3), (1, 1), (13, 30)):
        x = normal(2, 5, 7, 3)
        for op, settings in (("nearest", {}), ("bilinear", {"align_corners": False})):
            f = lambda x, s=size, m=op, a=settings: F.interpolate(x, size=s, mode=m, **a)
            yield Case(f"upsample_{op}2d", [x], channels_last(f), size=list(size))


def pools():
    for window, stride, padding in ((2, 2, 0), (3, 1, 1), (3, 2, 1), (4, 3, 2)):
        x = normal(2, 9, 8, 5)
        settings = {"window": window, "stride": stride, "padding": [padding] * 4}
        max_pool = lambda x, w=window, s=stride, p=padding: F.max_pool2d(x, w, s, p)
        yield Case("max_pool2d", [x], channels_last(max_pool), **settings)
        average = lambda x, w=window, s=stride, p=padding: F.avg_pool2d(x, w, s, p, count_include_pad=False)
        yield Case("average_pool2d", [x], channels_last(average), **settings)
    yield Case("max_pool2d", [np.zeros((1, 4, 4, 1))], channels_last(lambda x: F.max_pool2d(x, 2)), window=2, stride=2)
    bad = normal(1, 4, 4, 2)
    bad[0, 0, 1, 0], bad[0, 2, 2, 1], bad[0, 3, 3, 0] = nan, inf, -inf
    yield Case("max_pool2d", [bad], channels_last(lambda x: F.max_pool2d(x, 2)), differentiable=False, window=2, stride=2)
    for height, width in ((1, 1), (3, 2), (9, 8), (4, 5)):
        yield Case("adaptive_max_pool2d", [normal(2, 9, 8, 3)],
                   channels_last(lambda x, h=height, w=width: F.adaptive_max_pool2d(x, (h, w))), height=height, width=width)
        yield Case("adaptive_average_pool2d", [normal(2, 9, 8, 3)],
                   channels_last(lambda x, h=height, w=width: F.adaptive_avg_pool2d(x, (h, w))), height=height, width=width)
    for op, f in (("max_pool2d", F.max_pool2d), ("average_pool2d", F.avg_pool2d)):
        yield Case(op, [normal(2, 9, 8, 3)], channels_last(lambda x, f=f: f(x, (2, 3), (1, 2))), window=[2, 3], stride=[1, 2])


def normalisations():
    def batch_norm(relu=False, pool=None, epsilon=1e-5):
        def f(x, gain, bias, skip=None):
            y = F.batch_norm(x.movedim(-1, 1), None, None, gain, bias, True, 0.0, epsilon).movedim(1, -1)
            y = y if skip is None else y + skip
            y = torch.relu(y) if relu else y
            return y if pool is None else channels_last(lambda z: F.max_pool2d(z, *pool))(y)
        return f

    for shape in ((9, 5), (2, 7, 6, 5), (2, 1)):
        inputs = [3 + normal(*shape), normal(shape[-1]), normal(shape[-1])]
        # Of two examples the gradients cancel but for ε: what is left of numbers near 1 is right to their rounding.
        absolute = 1e-15 if shape[0] == 2 and len(shape) == 2 else 1e-300
        for relu in (False, True):
            yield Case("batch_norm", inputs, batch_norm(relu), tolerance=1e-10, absolute=absolute, relu=relu)
            yield Case("batch_norm", inputs + [normal(*shape)], batch_norm(relu), tolerance=1e-10, absolute=absolute, relu=relu)
    yield Case("batch_norm", [normal(2, 7, 6, 5), normal(5), normal(5)], batch_norm(True, (2, 2, 0)), tolerance=1e-10,
               relu=True, max_pool=True, window=2, stride=2)
    # A mean that is large beside the deviation, and a channel that is constant.
    yield Case("batch_norm", [1e6 + normal(400, 3), normal(3), normal(3)], batch_norm(), tolerance=1e-6)
    yield Case("batch_norm", [np.full((10, 2), 0.1), np.ones(2), np.zeros(2)], batch_norm(), differentiable=False,
               absolute=1e-9)

    for shape, axes in (((4, 7), 1), ((2, 3, 40), 1), ((3, 2, 5, 4), 3), ((5, 1), 1)):
        row = list(shape[-axes:])
        rms = lambda x, gain=1.0, n=axes: gain * x / (x.square().mean(list(range(-n, 0)), keepdim=True) + 1e-5).sqrt()
        for inputs in ([normal(*row), normal(*row)], [normal(*row)], []):
            layer = lambda x, *p, r=row: F.layer_norm(x, r, *p)
            yield Case("layer_norm", [3 + normal(*shape)] + inputs, layer, absolute=1e-12, axes=axes)
        yield Case("rms_norm", [3 + normal(*shape), normal(*row)], rms, absolute=1e-12, axes=axes)
        yield Case("rms_norm", [normal(*shape)], rms, absolute=1e-12, axes=axes)
    yield Case("layer_norm", [1e6 + normal(9, 300), normal(300), normal(300)], lambda x, g, b: F.layer_norm(x, [300], g, b),
               tolerance=1e-8)
    yield Case("layer_norm", [np.full((3, 7), 0.1), np.ones(7), normal(7)], lambda x, g, b: F.layer_norm(x, [7], g, b),
               absolute=1e-9)

    def group_norm(groups):
        def f(x, gain=None, bias=None):
            # The gradient that PyTorch 1.13 gives to images in another order of axes is wrong.
            y = F.group_norm(x.movedim(-1, 1).contiguous(), groups, gain, bias)
            return y.movedim(1, -1)
        return f

    def instance_norm(x, gain=1.0, bias=0.0):
        pixels = list(range(1, x.ndim - 1))
        variance, mean = torch.var_mean(x, pixels, unbiased=False, keepdim=True)
        return gain * (x - mean) / (variance + 1e-5).sqrt() + bias

    for shape in ((2, 6), (3, 5, 6), (2, 7, 6, 12)):
        inputs = [3 + normal(*shape), normal(shape[-1]), normal(shape[-1])]
        for groups in (1, 2, 3, 6):
            if shape != (2, 6) or groups < 6:
                yield Case("group_norm", inputs, group_norm(groups), tolerance=1e-10, groups=groups)
        yield Case("group_norm", inputs[:1], group_norm(2), tolerance=1e-10, groups=2)
        if len(shape) > 2:
            yield Case("instance_norm", inputs, instance_norm, tolerance=1e-10)
            yield Case("instance_norm", inputs[:1], instance_norm, tolerance=1e-10)

    hard = np.array([[3e19, 4e19], [3e-24, 4e-24], [3e160, 4e160], [3e-170, 4e-170], [0, 0], [1, -1], [HUGE / 4, HUGE / 4]])
    length = lambda x: torch.linalg.vector_norm(x / scale(x), dim=-1, keepdim=True) * scale(x)
    scale = lambda x: x.detach().abs().amax(-1, keepdim=True).clamp_min(TINY)
    nonzero = hard[np.abs(hard).sum(axis=1) > 0]
    yield Case("norm", [nonzero], lambda x: length(x)[..., 0])
    yield Case("norm", [np.zeros((2, 3))], lambda x: torch.linalg.vector_norm(x, dim=-1))
    yield Case("norm", [normal(3, 5, 17)], lambda x: torch.linalg.vector_norm(x, dim=-1))
    # 1/‖x‖ of the smallest rows is beyond double: their directions, not their gradients.
    yield Case("unit_norm", [nonzero], lambda x: x / length(x), differentiable=False)
    yield Case("unit_norm", [normal(4, 9)], lambda x: x / length(x))
    yield Case("center", [normal(4, 9)], lambda x: x - x.mean(-1, keepdim=True))
    yield Case("center", [hard[:-1]], lambda x: x - x.mean(-1, keepdim=True))
    std = lambda x: (x - x.mean(-1, keepdim=True)) / length(x - x.mean(-1, keepdim=True))
    yield Case("standardize", [normal(4, 9)], std)
    yield Case("standardize", [nonzero[:-2]], std, differentiable=False)
    points = normal(2, 6, 3)
    points[0, 1] = points[0, 0]
    distances = lambda x: torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
    yield Case("pairwise_distances", [points], distances)
    yield Case("pairwise_distances", [1e160 * normal(4, 2)], lambda x: 1e160 * distances(x / 1e160))


def optimisers():
    weight, gradients = normal(7), normal(40, 7)
    gradients[3], gradients[10], gradients[20:23] = 0, 1e-160 * gradients[10], 1e8 * gradients[20:23]

    def trajectory(make):
        def f(weight, gradients):
            w = torch.nn.Parameter(weight.detach().clone())
            optimiser, path = make([w]), []
            for gradient in gradients:
                w.grad = gradient.detach().clone()
                optimiser.step()
                path.append(w.detach().clone())
            return torch.stack(path)
        return f

    for momentum, nesterov, decay in ((0, False, 0), (0.9, False, 0), (0.9, True, 0.01), (0, False, 0.1), (0.5, False, 0.1)):
        yield Case("sgd", [weight, gradients],
                   trajectory(lambda p, m=momentum, n=nesterov, d=decay: torch.optim.SGD(p, 0.01, m, 0, d, n)),
                   differentiable=False, lr=0.01, momentum=momentum, nesterov=nesterov, weight_decay=decay)
    for lr, beta1, beta2, epsilon, decay in ((1e-3, 0.9, 0.999, 1e-8, 0), (0.1, 0.5, 0.9, 1e-3, 0.1), (0.01, 0, 0, 1e-8, 0)):
        settings = {"lr": lr, "beta1": beta1, "beta2": beta2, "epsilon": epsilon, "weight_decay": decay}
        for op, kind in (("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)):
            for amsgrad in (False, True):
                make = lambda p, k=kind, s=(lr, (beta1, beta2), epsilon, decay, amsgrad): k(p, *s)
                yield Case(op, [weight, gradients], trajectory(make), differentiable=False, amsgrad=amsgrad, **settings)
    for lr, alpha, epsilon, decay, momentum in ((1e-3, 0.99, 1e-8, 0, 0), (0.1, 0.5, 1e-3, 0.1, 0.9)):
        for centered in (False, True):
            make = lambda p, s=(lr, alpha, epsilon, decay, momentum, centered): torch.optim.RMSprop(p, *s)
            # What centering subtracts magnifies rounding.
            yield Case("rmsprop", [weight, gradients], trajectory(make), differentiable=False,
                       tolerance=1e-8 if centered else 1e-12, lr=lr, alpha=alpha, epsilon=epsilon, weight_decay=decay,
                       momentum=momentum, centered=centered)
    for lr, lr_decay, decay, initial, epsilon in ((0.01, 0, 0, 0, 1e-10), (0.1, 0.1, 0.1, 0.5, 1e-3)):
        make = lambda p, s=(lr, lr_decay, decay, initial, epsilon): torch.optim.Adagrad(p, *s)
        yield Case("adagrad", [weight, gradients], trajectory(make), differentiable=False, lr=lr, lr_decay=lr_decay,
                   weight_decay=decay, initial_sum=initial, epsilon=epsilon)


def lbfgs():
    def valley(x):
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    def path(steps, lr, history):
        def f(start):
            x = torch.nn.Parameter(start.detach().clone())
            optimiser = torch.optim.LBFGS([x], lr, 1, 1000, history_size=history, line_search_fn="strong_wolfe")

            def closure():
                optimiser.zero_grad()
                loss = valley(x)
                loss.backward()
                return loss

            out = []
            for _ in range(steps):
                optimiser.step(closure)
                out.append(x.detach().clone())
            return torch.stack(out)
        return f

    # Rounding grows from step to step.
    for start, lr, history in (([-1.2, 1.0], 1.0, 100), ([-1.2, 1.0, 0.5, -0.3], 0.5, 3), ([3.0, -2.0, 7.0], 1.0, 2)):
        yield Case("lbfgs", [start], path(8, lr, history), differentiable=False, tolerance=1e-9, steps=8, lr=lr,
                   history=history)


def averages():
    def path(average):
        def f(values):
            module = torch.nn.Linear(values.shape[1], 1, bias=False, dtype=torch.float64)
            averaged, out = torch.optim.swa_utils.AveragedModel(module, avg_fn=average), []
            for value in values:
                module.weight.data.copy_(value)
                averaged.update_parameters(module)
                out.append(averaged.module.weight.detach().clone().reshape(-1))
            return torch.stack(out)
        return f

    values = normal(30, 5)
    yield Case("swa", [values], path(None), differentiable=False)
    for decay in (0.9, 0.5, 0.0):
        yield Case("ema", [values], path(lambda a, x, _, d=decay: d * a + (1 - d) * x), differentiable=False,
                   absolute=1e-14, decay=decay)


def schedules():
    def rates(make):
        def f():
            optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.2)
            schedule, out = make(optimiser), []
            for _ in range(50):
                out.append(optimiser.param_groups[0]["lr"])
                optimiser.step()
                schedule.step()
            return torch.tensor(out, dtype=torch.float64)
        return f

    s = torch.optim.lr_scheduler
    common = {"differentiable": False, "rate": 0.2, "times": 50}
    yield Case("constant_schedule", [], rates(lambda o: s.LambdaLR(o, lambda _: 1.0)), **common)
    yield Case("step_schedule", [], rates(lambda o: s.StepLR(o, 7, 0.3)), every=7, factor=0.3, **common)
    yield Case("multi_step_schedule", [], rates(lambda o: s.MultiStepLR(o, [3, 10, 11, 40], 0.5)),
               milestones=[3, 10, 11, 40], factor=0.5, **common)
    near_zero = {"absolute": 1e-15, **common}  # PyTorch gets from each rate to the next
    yield Case("cosine_schedule", [], rates(lambda o: s.CosineAnnealingLR(o, 49, 0.01)), length=49, end=0.01, **near_zero)
    yield Case("one_cycle_schedule", [],
               rates(lambda o: s.OneCycleLR(o, 0.2, total_steps=51, pct_start=0.3, div_factor=20, final_div_factor=50,
                                            cycle_momentum=False)),
               length=51, rise=0.3, start_divisor=20, end_divisor=50, **near_zero)
    yield Case("warm_up_schedule", [],
               rates(lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 8), s.ExponentialLR(o, 0.9)], [8])),
               length=8, start_factor=0.1, factor=0.9, **common)

    def on_plateau(**settings):
        def f(measurements):
            optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.2)
            schedule, out = s.ReduceLROnPlateau(optimiser, threshold=0.01, eps=0, **settings), []
            for measurement in measurements.tolist():
                schedule.step(measurement)
                out.append(optimiser.param_groups[0]["lr"])
            return torch.tensor(out, dtype=torch.float64)
        return f

    measurements = 2 + np.abs(normal(60)) / (1 + np.arange(60) % 20)
    for largest in (False, True):
        for patience, cooldown, min_lr in ((0, 0, 0), (2, 3, 0.03)):
            yield Case("plateau", [measurements],
                       on_plateau(mode="max" if largest else "min", factor=0.7, patience=patience, cooldown=cooldown,
                                  min_lr=min_lr),
                       differentiable=False, rate=0.2, factor=0.7, patience=patience, threshold=0.01, cooldown=cooldown,
                       min_rate=min_lr, maximise=largest)
    yield Case("exponential_schedule", [], rates(lambda o: s.ExponentialLR(o, 0.93)), factor=0.93, **common)


def clipping():
    for scale in (1e-3, 1, 1e3):
        gradients = [scale * normal(4, 3), scale * normal(5)]

        def by_norm(*gradients):
            parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
            for p, g in zip(parameters, gradients):
                p.grad = g.detach().clone()
            norm = torch.nn.utils.clip_grad_norm_(parameters, 2.5)
            return torch.cat([norm.reshape(1)] + [p.grad.reshape(-1) for p in parameters])

        # PyTorch adds 1e-6 to the norm that it divides by.
        yield Case("clip_gradient_norm", gradients, by_norm, differentiable=False, tolerance=1e-6, limit=2.5)
        yield Case("clip_gradient_value", gradients,
                   lambda *g: torch.cat([x.clamp(-0.5, 0.5).reshape(-1) for x in g]), differentiable=False, limit=0.5)


def correlations():
    for n in (2, 5, 40):
        a, b = rng.permutation(n), rng.permutation(n)
        for x, y in ((a, b), (a // 3, b), (a // 3, b // 4)):
            if len(set(x)) < 2 or len(set(y)) < 2:
                continue
            for op, f in (("kendall", scipy.stats.kendalltau), ("spearman", scipy.stats.spearmanr)):
                yield Case(op, [x, y], lambda x, y, f=f: torch.tensor(f(x, y)[0], dtype=torch.float64),
                           differentiable=False)


def all_cases():
    groups = (unary, binary, rows, reductions, orders, shapes, rearrangements, indices, matrices, sums_of_products,
              convolutions, more_convolutions, upsampling, pools, normalisations, losses, optimisers, lbfgs, averages,
              schedules, clipping, correlations)
    return [case for group in groups for case in group()]
