"""Linear propagation along edges as one sparse matrix product, the heart of every isotropic layer."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor


class Propagation:
    """A fixed sparse matrix P on N nodes: (P x)_i = sum_j P[i, j] x_j.

    Holds P and its transpose in CSR form, so that forward and backward are both one sparse product on
    [N, everything else] instead of a gather and a scatter of E rows. The values carry no gradient.

    Args:
        rows: int64 [E], node that receives.
        columns: int64 [E], node that sends.
        values: float [E]; values of equal (row, column) are summed.
        n_nodes: N.
    """

    def __init__(self, rows: Tensor, columns: Tensor, values: Tensor, n_nodes: int) -> None:
        self.n_nodes = n_nodes
        self.values = values.detach()
        self._matrix = _csr(rows, columns, self.values, n_nodes)
        self._transpose = _csr(columns, rows, self.values, n_nodes)

    def __call__(self, x_BND: Tensor) -> Tensor:
        """P x over the node axis, [B, N, D] to [B, N, D].

        A propagation on B * N nodes (one graph a window, window by window) takes the windows as one.
        """
        windows, nodes, width = x_BND.shape
        if nodes == self.n_nodes:
            # Node-major memory makes both views free; the layers keep it so.
            flat_NF = x_BND.transpose(0, 1).reshape(nodes, windows * width)
            return self.product(flat_NF).view(nodes, windows, width).transpose(0, 1)
        if windows * nodes != self.n_nodes:
            raise ValueError(f"{windows} windows of {nodes} nodes on a graph of {self.n_nodes} nodes")
        return self.product(x_BND.reshape(self.n_nodes, width)).view(windows, nodes, width)

    def product(self, x_NF: Tensor) -> Tensor:
        """P x of a matrix, [N, F] to [N, F]."""
        product: Tensor = _Product.apply(x_NF, self)  # type: ignore[assignment]
        return product

    def matrices(self, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """P and its transpose with values of `dtype`."""
        if self._matrix.dtype != dtype:
            with _quiet():
                self._matrix, self._transpose = self._matrix.to(dtype), self._transpose.to(dtype)
        return self._matrix, self._transpose


class _Product(torch.autograd.Function):
    """P x forward, P^T g backward, without building the transpose anew each time."""

    @staticmethod
    def forward(ctx: Any, x_NF: Tensor, propagation: Propagation) -> Tensor:
        ctx.propagation = propagation
        return _multiply(propagation.matrices(_exact(x_NF.dtype))[0], x_NF)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient_NF,) = gradients
        return _multiply(ctx.propagation.matrices(_exact(gradient_NF.dtype))[1], gradient_NF), None


def in_weight(index: Tensor, weight: Tensor, n_nodes: int) -> Tensor:
    """Total absolute weight that each node receives, [N]."""
    return torch.zeros(n_nodes, dtype=weight.dtype, device=weight.device).index_add_(
        0, index[1], weight.abs()
    )


def share_of_receiver(index: Tensor, weight: Tensor, n_nodes: int) -> Tensor:
    """Edge weights divided by the total weight their receiver gets, [E]; 0 where that total is 0."""
    total = in_weight(index, weight, n_nodes)[index[1]]
    return torch.where(total > 0, weight / torch.where(total > 0, total, 1), 0)


def _exact(dtype: torch.dtype) -> torch.dtype:
    """Sparse products know no half precision: those run in float32."""
    return dtype if dtype in (torch.float32, torch.float64) else torch.float32


def _multiply(matrix: Tensor, x_NF: Tensor) -> Tensor:
    x = x_NF.to(matrix.dtype).contiguous()
    with torch.autocast(x.device.type, enabled=False):
        # The CPU kernel with a reduction is faster than the plain product; elsewhere there is only that one.
        product = torch.sparse.mm(matrix, x, "sum") if x.device.type == "cpu" else matrix @ x
    return product.to(x_NF.dtype)


def _csr(rows: Tensor, columns: Tensor, values: Tensor, n_nodes: int) -> Tensor:
    with _quiet(), torch.autocast(values.device.type, enabled=False):
        return (
            torch.sparse_coo_tensor(
                torch.stack([rows, columns]), values, (n_nodes, n_nodes), check_invariants=False
            )
            .coalesce()
            .to_sparse_csr()
        )


def _quiet() -> warnings.catch_warnings[None]:
    """torch calls its CSR tensors beta at first use; the products are tested here against dense ones."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)
