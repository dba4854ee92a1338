"""The gates of a GRU on a processor, forward and backward by hand, in pieces that stay in its cache.

torch's own records some twenty operations a step, in fresh memory each. This keeps r, z, n and the states of
all steps in three blocks of memory, and knows that inputs are sums of parts.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

ROWS = 1024
"""Sequences that run together; whole nodes, so their number is rounded to a multiple of the windows."""


def run_gates(
    series_LNBK: Tensor,
    weight: Tensor,
    calendar_LBG: Tensor,
    node_NG: Tensor,
    recurrent: Tensor,
    bias: Tensor,
) -> Tensor:
    """Last state of a GRU from zero, [N * B, D] node by node, on a processor.

    With a[l, n, b] = weight series[l, n, b] + calendar[l, b] + node[n] split into a_r, a_z, a_n, and
    recurrent = (U_r, U_z, U_n): r = sigmoid(a_r + U_r h), z = sigmoid(a_z + U_z h),
    n = tanh(a_n + r * (U_n h + bias)), h' = (1 - z) * n + z * h.

    Args:
        series_LNBK: contiguous.
        weight: [G, K], G = 3 D.
        calendar_LBG: part of each window's steps.
        node_NG: part of each node, biases included but `bias`.
        recurrent: [G, D].
        bias: [D], of the candidate's recurrent part.
    """
    tensors = (series_LNBK, weight, calendar_LBG, node_NG, recurrent, bias)
    keep = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
    state: Tensor = _Gates.apply(*tensors, keep)  # type: ignore[assignment]
    return state


class _Gates(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        series, weight, calendar, node, recurrent, bias, keep = inputs
        steps, nodes, windows, inner = series.shape
        hidden, rows = recurrent.shape[1], nodes * windows
        kept = steps if keep else 1
        gates = recurrent.new_empty(kept, rows, 3 * hidden)
        inner_candidate, states = recurrent.new_empty(2, kept, rows, hidden)
        into_gates, into_candidate = recurrent[: 2 * hidden].T, recurrent[2 * hidden :].T
        flat = series.view(steps, rows, inner)
        for first, last in _pieces(nodes, windows):
            part = slice(first * windows, last * windows)
            before: Tensor | None = None
            for step in range(steps):
                place = step if keep else 0
                g, c, after = gates[place, part], inner_candidate[place, part], states[place, part]
                torch.add(
                    calendar[step], node[first:last, None], out=g.view(last - first, windows, 3 * hidden)
                )
                g.addmm_(flat[step, part], weight.T)
                both = g[:, : 2 * hidden]
                if before is None:
                    c.copy_(bias.expand_as(c))
                else:
                    both.addmm_(before, into_gates)
                    torch.addmm(bias, before, into_candidate, out=c)
                both.sigmoid_()
                update, n = g[:, hidden : 2 * hidden], g[:, 2 * hidden :]
                n.addcmul_(g[:, :hidden], c).tanh_()
                if before is None:
                    torch.addcmul(n, n, update, value=-1, out=after)
                else:
                    torch.lerp(n, before, update, out=after)
                before = after
        if keep:
            ctx.save_for_backward(series, weight, recurrent, gates, inner_candidate, states)
        return states[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        return _Backward(ctx, gradients[0]).run()


class _Backward:
    """Gradients of one pass, piece by piece and step by step."""

    def __init__(self, ctx: Any, gradient_MD: Tensor) -> None:
        self.series, self.weight, self.recurrent, *self.memory = ctx.saved_tensors
        self.gradient_MD = gradient_MD
        steps, nodes, windows, _ = self.series.shape
        width, hidden = self.recurrent.shape
        like = self.recurrent
        self.of_series = torch.empty_like(self.series) if ctx.needs_input_grad[0] else None
        self.of_weight, self.of_recurrent = torch.zeros_like(self.weight), torch.zeros_like(like)
        self.of_calendar = like.new_zeros(steps, windows * width)
        self.of_node, self.of_bias = like.new_zeros(nodes, width), like.new_zeros(hidden)
        rows = max(last - first for first, last in _pieces(nodes, windows)) * windows
        self.wide, self.total = like.new_empty(rows, width), like.new_empty(rows, width)
        self.narrow = like.new_empty(3, rows, hidden)
        self.ones = like.new_ones(rows)

    def run(self) -> tuple[Tensor | None, ...]:
        _, nodes, windows, _ = self.series.shape
        for first, last in _pieces(nodes, windows):
            self._piece(first, last, windows)
        calendar = self.of_calendar.view(len(self.of_calendar), windows, -1)
        inputs = (self.of_series, self.of_weight, calendar, self.of_node, self.of_recurrent, self.of_bias)
        return (*inputs, None)

    def _piece(self, first: int, last: int, windows: int) -> None:
        steps, hidden, count = len(self.series), self.recurrent.shape[1], (last - first) * windows
        part = slice(first * windows, last * windows)
        flat = self.series.view(steps, -1, self.series.shape[-1])
        d, total, ones = self.wide[:count], self.total[:count].zero_(), self.ones[:count]
        d_inner, d_state, spare = self.narrow[:, :count]
        d_state.copy_(self.gradient_MD[part])
        for step in range(steps - 1, -1, -1):
            before = self.memory[2][step - 1, part] if step else None
            self._gates(step, part, before, d, d_inner, d_state, spare)
            d_state, spare = spare, d_state
            total.add_(d)
            self.of_calendar[step].addmv_(d.view(last - first, -1).T, ones[: last - first])
            self.of_weight.addmm_(d.T, flat[step, part])
            self.of_bias.addmv_(d_inner.T, ones)
            if self.of_series is not None:
                torch.mm(d, self.weight, out=self.of_series.view_as(flat)[step, part])
            if before is not None:
                both = d[:, : 2 * hidden]
                self.of_recurrent[: 2 * hidden].addmm_(both.T, before)
                self.of_recurrent[2 * hidden :].addmm_(d_inner.T, before)
                d_state.addmm_(both, self.recurrent[: 2 * hidden])
                d_state.addmm_(d_inner, self.recurrent[2 * hidden :])
        self.of_node[first:last] = total.view(last - first, windows, -1).sum(1)

    def _gates(
        self,
        step: int,
        part: slice,
        before: Tensor | None,
        d: Tensor,
        d_inner: Tensor,
        d_state: Tensor,
        passed: Tensor,
    ) -> None:
        """From the state's gradient to those before the gates' nonlinearities (`d`: r, z, n), of the
        candidate's recurrent part, and of the state before as far as z passes it on."""
        hidden = d_inner.shape[1]
        gates, inner = self.memory[0][step, part], self.memory[1][step, part]
        reset, update, n = gates[:, :hidden], gates[:, hidden : 2 * hidden], gates[:, 2 * hidden :]
        d_reset, d_update, d_n = d[:, :hidden], d[:, hidden : 2 * hidden], d[:, 2 * hidden :]
        torch.mul(d_state, update, out=passed)
        torch.sub(d_state, passed, out=d_n)
        if before is None:
            torch.neg(n, out=d_update)
        else:
            torch.sub(before, n, out=d_update)
        d_update.mul_(d_n).mul_(update)
        torch.mul(n, n, out=d_inner)
        d_n.addcmul_(d_n, d_inner, value=-1)
        torch.mul(d_n, reset, out=d_inner)
        torch.mul(d_inner, inner, out=d_reset)
        d_reset.addcmul_(d_reset, reset, value=-1)


def _pieces(nodes: int, windows: int) -> list[tuple[int, int]]:
    """Nodes from one to before another, so that each piece has about `ROWS` sequences."""
    size = max(ROWS // max(windows, 1), 1)
    return [(first, min(first + size, nodes)) for first in range(0, nodes, size)]
