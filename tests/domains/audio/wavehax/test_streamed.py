"""Generators in pieces give what they give for the whole, wherever the pieces are cut."""

import pytest
import torch
from fourfold.domains.audio.wavehax.carried import Alignment, Context
from fourfold.domains.audio.wavehax.streamed import streamed
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

KINDS = ("framewise", "light", "causal", "causal light", "streams", "causal streams")
HOP = 20


def in_pieces(network, inputs, cuts):
    """All samples of a stream, and how many frames it took to the first of them."""
    stream, pieces, first, at = streamed(network), [], None, 0
    condition, prior, noise = inputs
    for end in [*cuts, condition.shape[2]]:
        if end > at:
            inside = slice(at * HOP, end * HOP)
            pieces.append(stream.push(condition[:, :, at:end], prior[:, inside], noise[:, inside]))
            at = end
            first = first or (at if pieces[-1] is not None else None)
    pieces.append(stream.push(None, None, None, last=True))
    return torch.cat([piece for piece in pieces if piece is not None], 1), first


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
@given(st.integers(16, 40), st.lists(st.integers(1, 40), max_size=12))
def test_pieces_make_the_whole(small_generator, small_inputs, kind, frames, cuts):
    network, inputs = small_generator(kind), small_inputs(2, frames)
    with torch.no_grad():
        pieces, _ = in_pieces(network, inputs, sorted(cut for cut in cuts if cut < frames))
        torch.testing.assert_close(pieces, network(*inputs), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("kind", "frames"), [("causal", 2), ("causal light", 4), ("causal streams", 6), ("framewise", 11)]
)
def test_frames_until_the_first_samples(small_generator, small_inputs, kind, frames):
    network, inputs = small_generator(kind), small_inputs(1, 20)
    with torch.no_grad():
        assert in_pieces(network, inputs, range(1, 20))[1] == frames


def test_a_norm_over_the_utterance_cannot_stream(small_generator):
    with pytest.raises(ValueError, match="framewise"):
        streamed(small_generator("plain"))


@pytest.mark.parametrize("reflect", [False, True])
@given(st.lists(st.integers(1, 7), min_size=2, max_size=8), st.integers(1, 3))
def test_context_is_padding_in_pieces(reflect, sizes, step):
    sizes[0] += 5
    total = sum(sizes) // step * step
    x = torch.arange(1.0, total + 1)[None]
    context, seen, at = Context(4, 2, 1, reflect=reflect, step=step), [], 0
    for size in sizes:
        seen.append(context.push(x[:, at : at + size] if at < total else None))
        at += size
    seen.append(context.push(None, last=True))
    padded = functional.pad(x[None], (4, 2), mode="reflect" if reflect else "constant")[0]
    windows = padded.unfold(1, 7, 1)[0]
    found = torch.cat([wide.unfold(1, 7, 1)[0] for wide in seen if wide is not None])
    torch.testing.assert_close(found, windows)


def test_alignment_gives_what_all_have():
    alignment = Alignment(2)
    assert alignment.push(torch.arange(3.0), None) is None
    one, other = alignment.push(None, torch.arange(2.0)) or ()
    assert one.tolist() == other.tolist() == [0, 1]
    one, other = alignment.push(torch.tensor([3.0]), torch.tensor([2.0, 3.0])) or ()
    assert one.tolist() == other.tolist() == [2, 3]
