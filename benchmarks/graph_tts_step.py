"""A training step of the time-then-space model against the same layers written with PyG.

Forward and backward: 207 nodes and 1,515 random edges (METR-LA's numbers), batch 64, window 12, hidden 64.
The peer is torch.nn.GRU and two torch_geometric GraphConv layers on weights divided by the receiver's
in-weight, between the same linear encoder and decoder. Weights are copied, so answers and gradients must
agree. Both run in float32 on one thread, in turns.

Run: `python -m benchmarks.graph_tts_step`.
"""

from __future__ import annotations

import time

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import torch  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.graphs.models.batch import Edges, GraphBatch  # noqa: E402
from fourfold.domains.graphs.models.encoder import calendar_features  # noqa: E402
from fourfold.domains.graphs.models.propagation import share_of_receiver  # noqa: E402
from fourfold.domains.graphs.models.settings import Dimensions, TemplateSettings  # noqa: E402
from fourfold.domains.graphs.models.template import TemplateNetwork  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from torch_geometric.nn import GraphConv  # noqa: E402

WINDOWS, NODES, EDGES, LOOKBACK, HORIZON, HIDDEN = 64, 207, 1515, 12, 12, 64


class PygTimeThenSpace(nn.Module):
    """The same model as PyG's users write it: concatenate, encode, GRU, two GraphConv, decode."""

    def __init__(self, ours: TemplateNetwork) -> None:
        super().__init__()
        encoder, decoder = ours.encoder, ours.decoder
        assert encoder.calendar is not None and encoder.node is not None and decoder.node is not None
        assert ours.embedding is not None
        self.vectors = nn.Parameter(ours.embedding.vectors_ND.detach().clone())
        parts = [encoder.series, encoder.calendar, encoder.node]
        self.encoder = joined(parts)
        self.gru = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
        self.gru.load_state_dict(ours.block.recurrence.state_dict())
        self.layers = nn.ModuleList(GraphConv(HIDDEN, HIDDEN) for _ in ours.block.layers)
        for layer, mine in zip(self.layers, ours.block.layers, strict=True):
            layer.lin_root.weight.data = mine.root.weight.data.clone()
            layer.lin_rel.bias.data = mine.root.bias.data.clone()
            layer.lin_rel.weight.data = mine.weights[0].weight.data.clone()
        self.decoder = joined([decoder.state, decoder.node])
        self.readout = nn.Linear(HIDDEN, HORIZON)
        self.readout.load_state_dict(decoder.readout.state_dict())

    def forward(self, batch: GraphBatch, weight: Tensor) -> Tensor:
        x, whole = batch.x_BNLC, batch.x_BNLC.shape[:3]
        calendar = calendar_features(batch, slice(0, LOOKBACK), x.dtype)[:, None]
        vectors = self.vectors[None, :, None]
        inputs = [x, batch.observed_BNLC.to(x.dtype), calendar.expand(*whole, -1), vectors.expand(*whole, -1)]
        encoded = self.encoder(torch.cat(inputs, dim=-1))
        h = self.gru(encoded.flatten(0, 1))[1][0].view(WINDOWS, NODES, HIDDEN)
        for layer in self.layers:
            h = F.elu(layer(h, batch.edges.index, weight))
        joint = torch.cat([h, self.vectors.expand(WINDOWS, -1, -1)], dim=-1)
        return self.readout(F.elu(self.decoder(joint)))[..., None, None]


def joined(parts: list[nn.Linear]) -> nn.Linear:
    """One linear layer of the concatenated inputs of several; the first one's bias."""
    weight = torch.cat([part.weight.detach() for part in parts], dim=1)
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight.data, layer.bias.data = weight, parts[0].bias.detach().clone()
    return layer


def build() -> tuple[TemplateNetwork, PygTimeThenSpace, GraphBatch, Tensor]:
    """Ours, the peer with its weights, a batch, and the peer's normalised weights."""
    torch.manual_seed(0)
    ours = TemplateNetwork(Dimensions(NODES, 1, HORIZON, LOOKBACK), TemplateSettings(hidden=HIDDEN))
    pairs = torch.randperm(NODES * (NODES - 1))[:EDGES]
    sender, step = pairs // (NODES - 1), pairs % (NODES - 1) + 1
    edges = Edges(torch.stack([sender, (sender + step) % NODES]), torch.rand(EDGES) * 0.9 + 0.1, NODES)
    steps = LOOKBACK + HORIZON
    whole = (WINDOWS, NODES, LOOKBACK, 1)
    batch = GraphBatch(
        x_BNLC=torch.randn(whole),
        observed_BNLC=torch.ones(whole, dtype=torch.bool),
        time_of_day_BT=torch.rand(WINDOWS, steps),
        weekday_BT=torch.randint(7, (WINDOWS, steps)),
        edges=edges,
        node_N=torch.arange(NODES),
        horizon=HORIZON,
    )
    return ours, PygTimeThenSpace(ours), batch, share_of_receiver(edges.index, edges.weight, NODES)


def main() -> None:
    ours, peer, batch, weight = build()
    target = torch.randn(WINDOWS, NODES, HORIZON, 1, 1)

    def our_step() -> Tensor:
        ours.zero_grad()
        answer = ours(batch)
        (answer - target).abs().mean().backward()
        return answer.detach()

    def peer_step() -> Tensor:
        peer.zero_grad()
        answer = peer(batch, weight)
        (answer - target).abs().mean().backward()
        return answer.detach()

    difference = (our_step() - peer_step()).abs().max()
    assert ours.embedding is not None
    mine, theirs = ours.embedding.vectors_ND.grad, peer.vectors.grad
    assert mine is not None and theirs is not None
    gap = (mine - theirs).abs().max() / theirs.abs().max()
    print(f"largest difference: answers {float(difference):.1e}, gradients {float(gap):.1e} of the largest")
    summary = ratio_summary(
        interleave({"ours": our_step, "peer": peer_step}, repeats=9, clock=time.process_time)
    )
    print(report("time-then-space training step", summary))
    payload = {
        "sizes": {"windows": WINDOWS, "nodes": NODES, "edges": EDGES, "lookback": LOOKBACK, "hidden": HIDDEN},
        "largest_difference": float(difference),
        "largest_relative_gradient_difference": float(gap),
        "target": "speedup of at least 1",
        **summary,
    }
    print("wrote", write_result("graph_tts_step", payload, packages=("torch-geometric",)))


if __name__ == "__main__":
    main()
