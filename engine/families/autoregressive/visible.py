"""Three nets that tell each number's law from the numbers before it, for any order: linear, NADE and MADE.

Each gives all laws of a whole picture in one pass, and has a pen that gives them one after another at the cost of one
such pass in all. A law of L levels has L - 1 free logits, that of the lowest being 0, so that for black and white it
is the logistic law of the papers.
Shape legend: B batch, D numbers in the order of drawing, L levels less one, H hidden units, K classes.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STRETCH = 28
"""Numbers that NADE adds up together."""


class Pen(Protocol):
    """Draws numbers in their order."""

    def logits(self) -> Tensor:
        """Free logits (B, L) of the next number, given those that were put."""

    def put(self, v_B: Tensor) -> None:
        """Say what the next number is; from then on the one after it is next."""


class Visible(nn.Module, ABC):
    """What the three have in common: a bias for each number, and for each class another."""

    def __init__(self, numbers: int, levels: int, classes: int) -> None:
        super().__init__()
        self.numbers = numbers
        self.levels = levels
        self.bias = nn.Parameter(torch.zeros(numbers, levels))
        self.class_bias = nn.Parameter(torch.zeros(classes, numbers, levels)) if classes else None

    def told(self, classes_B: Tensor | None) -> Tensor:
        """The biases (B or 1, D, L) of pictures of these classes."""
        if self.class_bias is None or classes_B is None:
            return self.bias[None]
        return self.bias + _of_class(self.class_bias, classes_B)

    @abstractmethod
    def forward(self, v_BD: Tensor, classes_B: Tensor | None) -> Tensor:
        """Free logits (B, D, L) of every number given those before it; numbers lie in [0, 1]."""

    @abstractmethod
    def pen(self, count: int, classes_B: Tensor | None) -> Pen:
        """A pen for so many pictures, which reads the weights as they are now."""


def _before(numbers: int) -> Tensor:
    """1 (D, 1, D) where the second number comes before the first."""
    place_D = torch.arange(numbers, device="cpu")
    return (place_D[:, None] > place_D).float()[:, None]


def _of_class(each: Tensor, classes_B: Tensor) -> Tensor:
    """Entry k of (K, …) where the class is k; class -1 is no wish, and adds nothing."""
    known_B = (classes_B >= 0).to(each.dtype)
    return each[classes_B.clamp_min(0)] * known_B.view(-1, *[1] * (each.ndim - 1))


# ---------------------------------------------------------------- linear


class Linear(Visible):
    """logit p(v_d = l | v_<d) = b_dl + sum_{j<d} w_dlj v_j  (Frey 1998, fully visible sigmoid belief network)."""

    before_DLD: Tensor

    def __init__(self, numbers: int, levels: int, classes: int) -> None:
        super().__init__(numbers, levels, classes)
        self.weight_DLD = nn.Parameter(torch.zeros(numbers, levels, numbers))
        self.register_buffer("before_DLD", _before(numbers), persistent=False)

    def masked(self) -> Tensor:
        """The weights that count: of numbers before."""
        return self.weight_DLD * self.before_DLD

    def forward(self, v_BD: Tensor, classes_B: Tensor | None) -> Tensor:
        sums = F.linear(v_BD, self.masked().flatten(0, 1)).view(-1, self.numbers, self.levels)
        return sums + self.told(classes_B)

    def pen(self, count: int, classes_B: Tensor | None) -> Pen:
        return _LinearPen(self.weight_DLD.detach(), self.told(classes_B).detach(), count)


class _LinearPen:
    def __init__(self, weight_DLD: Tensor, bias_BDL: Tensor, count: int) -> None:
        self._weight = weight_DLD
        self._bias = bias_BDL.expand(count, -1, -1).unbind(1)
        self._v_BD = weight_DLD.new_zeros(count, weight_DLD.shape[0])
        self._at = 0

    def logits(self) -> Tensor:
        at = self._at
        return torch.addmm(self._bias[at], self._v_BD[:, :at], self._weight[at, :, :at].T)

    def put(self, v_B: Tensor) -> None:
        self._v_BD[:, self._at] = v_B
        self._at += 1


# ---------------------------------------------------------------- one hidden layer, its weights shared


class Shared(Visible):
    """NADE: p(v_d | v_<d) from hidden units whose weights all numbers share (Larochelle & Murray 2011, eq. 9 and 10).

    a_1 = c, a_{d+1} = a_d + W_·d v_d;  h_d = sigmoid(a_d);  logits_d = b_d + V_d h_d
    """

    def __init__(self, numbers: int, levels: int, classes: int, hidden: int) -> None:
        super().__init__(numbers, levels, classes)
        self.weight_DH = nn.Parameter(torch.randn(numbers, hidden) / math.sqrt(numbers))
        self.start_H = nn.Parameter(torch.zeros(hidden))
        self.class_start = nn.Parameter(torch.zeros(classes, hidden)) if classes else None
        self.out_DLH = nn.Parameter(torch.randn(numbers, levels, hidden) * (0.1 / math.sqrt(hidden)))

    def start(self, classes_B: Tensor | None) -> Tensor:
        """a_1 (B or 1, H)."""
        if self.class_start is None or classes_B is None:
            return self.start_H[None]
        return self.start_H + _of_class(self.class_start, classes_B)

    def forward(self, v_BD: Tensor, classes_B: Tensor | None) -> Tensor:
        """Adds up by stretches, in each by a product with a triangle, which is faster than one after another."""
        a_BH, found = self.start(classes_B).expand(len(v_BD), -1), []
        for v_BS, weight_SH in zip(torch.split(v_BD, STRETCH, 1), torch.split(self.weight_DH, STRETCH), strict=True):
            before_SS = v_BS.new_ones(len(weight_SH), len(weight_SH)).tril(-1)
            found.append((v_BS[:, None] * before_SS) @ weight_SH + a_BH[:, None])
            a_BH = a_BH + v_BS @ weight_SH
        h_BDH = torch.sigmoid(torch.cat(found, 1))
        sums_DBL = torch.bmm(h_BDH.transpose(0, 1), self.out_DLH.transpose(1, 2))
        return sums_DBL.transpose(0, 1) + self.told(classes_B)

    def pen(self, count: int, classes_B: Tensor | None) -> Pen:
        return _SharedPen(self, count, classes_B)


class _SharedPen:
    def __init__(self, net: Shared, count: int, classes_B: Tensor | None) -> None:
        self._a_BH = net.start(classes_B).detach().expand(count, -1).clone()
        # Views of every number's weights at once: at these sizes, making them one by one is a third of the time.
        self._weight = net.weight_DH.detach().unbind()
        self._out = net.out_DLH.detach().transpose(1, 2).unbind()
        self._bias = net.told(classes_B).detach().expand(count, -1, -1).unbind(1)
        self._at = 0

    def logits(self) -> Tensor:
        return torch.addmm(self._bias[self._at], torch.sigmoid(self._a_BH), self._out[self._at])

    def put(self, v_B: Tensor) -> None:
        self._a_BH.addr_(v_B, self._weight[self._at])
        self._at += 1


# ---------------------------------------------------------------- hidden layers with masks


class Masked(Visible):
    """MADE: hidden unit k sees numbers up to its degree m(k), and number d sees units of degrees below d.

    (Germain et al. 2015, eq. 12 and 13, with the direct connections of section 4.2.) Degrees are spread evenly and
    stand in ascending order, so that the units which a pen must finish after each number lie side by side.
    """

    before_DLD: Tensor

    def __init__(self, numbers: int, levels: int, classes: int, hidden: Sequence[int]) -> None:
        super().__init__(numbers, levels, classes)
        self.degrees = [torch.arange(numbers, device="cpu"), *(_spread(units, numbers) for units in hidden)]
        self.layers = nn.ParameterList()
        self.biases = nn.ParameterList()
        for place, (below, own) in enumerate(zip(self.degrees, self.degrees[1:], strict=False)):
            fan_in = (own[:, None] >= below).sum(1).clamp_min(1)[:, None].float()
            self.layers.append(nn.Parameter(torch.randn(len(own), len(below)) * math.sqrt(2.0) * fan_in.rsqrt()))
            self.biases.append(nn.Parameter(torch.zeros(len(own))))
            self.register_buffer(f"mask_{place}", (own[:, None] >= below).float(), persistent=False)
        self.class_start = nn.Parameter(torch.zeros(classes, len(self.degrees[1]))) if classes else None
        self.out_DLH = nn.Parameter(torch.zeros(numbers, levels, len(self.degrees[-1])))
        self.direct_DLD = nn.Parameter(torch.zeros(numbers, levels, numbers))
        self.register_buffer(
            "before_DLH", (self.degrees[-1] < self.degrees[0][:, None]).float()[:, None], persistent=False
        )
        self.register_buffer("before_DLD", _before(numbers), persistent=False)

    def starts(self, classes_B: Tensor | None) -> list[Tensor]:
        """The bias (B or 1, H) of each hidden layer; a class adds to that of the first."""
        biases = [bias[None] for bias in self.biases]
        if self.class_start is not None and classes_B is not None:
            biases[0] = biases[0] + _of_class(self.class_start, classes_B)
        return biases

    def forward(self, v_BD: Tensor, classes_B: Tensor | None) -> Tensor:
        h_BH = v_BD
        for place, (weight, start) in enumerate(zip(self.layers, self.starts(classes_B), strict=True)):
            h_BH = F.relu(F.linear(h_BH, weight * self.get_buffer(f"mask_{place}")) + start)
        sums = F.linear(h_BH, (self.out_DLH * self.get_buffer("before_DLH")).flatten(0, 1))
        sums = sums + F.linear(v_BD, (self.direct_DLD * self.before_DLD).flatten(0, 1))
        return sums.view(-1, self.numbers, self.levels) + self.told(classes_B)

    def pen(self, count: int, classes_B: Tensor | None) -> Pen:
        return _MaskedPen(self, count, classes_B)


def _spread(units: int, numbers: int) -> Tensor:
    """Degrees 0 … D-2 in ascending order, each as often as the others as far as that goes."""
    return torch.tensor([unit * max(1, numbers - 1) // units for unit in range(units)], device="cpu")


class _MaskedPen:
    """Finishes, after each number, the hidden units whose last input it was."""

    def __init__(self, net: Masked, count: int, classes_B: Tensor | None) -> None:
        self._layers = [weight.detach() for weight in net.layers]
        self._starts = [start.detach().expand(count, -1) for start in net.starts(classes_B)]
        self._out, self._direct = net.out_DLH.detach(), net.direct_DLD.detach()
        self._bias = net.told(classes_B).detach().expand(count, -1, -1)
        self._known = [self._out.new_zeros(count, len(degrees)) for degrees in net.degrees]
        numbers = net.degrees[0]
        self._ends = [[0, *torch.searchsorted(each, numbers, right=True).tolist()] for each in net.degrees]
        self._at = 0

    def logits(self) -> Tensor:
        at = self._at
        seen = self._ends[-1][at]
        direct = torch.addmm(self._bias[:, at], self._known[0][:, :at], self._direct[at, :, :at].T)
        return direct.addmm_(self._known[-1][:, :seen], self._out[at, :, :seen].T)

    def put(self, v_B: Tensor) -> None:
        at = self._at
        self._known[0][:, at] = v_B
        for place, weight in enumerate(self._layers):
            first, last, seen = self._ends[place + 1][at], self._ends[place + 1][at + 1], self._ends[place][at + 1]
            if first < last:
                new = torch.addmm(
                    self._starts[place][:, first:last], self._known[place][:, :seen], weight[first:last, :seen].T
                )
                self._known[place + 1][:, first:last] = new.relu_()
        self._at += 1
