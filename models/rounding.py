"""Weights onto the few values that are served, so that what is made of them changes least.

After Frantar et al., 2023, "GPTQ": what rounding one weight takes from a product is given back by
the weights that are not rounded yet, as far as their inputs go together in real speech. Needs
torch.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.batches import padded
from models.encoding import View
from models.network import Network

STEPS = 64
"""Values on each side of zero: seven bits, as ONNX Runtime spreads them over a reduced range."""
DAMPING = 0.01
"""Of the mean second moment, added to each input's own: where next to nothing was said, anything
could be given back without it."""
_AT_ONCE = 48


def round_weights(network: Network, views: Sequence[View]) -> None:
    """Put every product's weights on the values that int8 export has for them, in place.

    `views`: what is read to learn which inputs go together; some thousand do. What no view reaches
    (a head that is only there to learn by) stays as it is.
    """
    for layer, moments in _moments(network, views).items():
        with torch.no_grad():
            layer.weight.copy_(rounded(layer.weight, moments))


def rounded(weight: Tensor, moments: Tensor) -> Tensor:
    """Weights (outputs x inputs) on the values nearest to them, in the sense of their products.

    `moments`: the second moments of the inputs (inputs x inputs). Each output has values of its
    own, whose largest is its largest weight, which stays.
    """
    largest = weight.abs().amax(dim=1, keepdim=True).clamp_min(1e-12)
    step = largest.double() / STEPS
    left = weight.double() / step
    # Were the largest another, export would have other values: it stays, whatever it is given.
    ends = torch.zeros_like(left)
    rows = torch.arange(len(left))
    at = left.abs().argmax(dim=1)
    ends[rows, at] = STEPS * left[rows, at].sign()
    damped = moments.double().clone()
    silent = damped.diagonal() == 0
    damped.diagonal()[silent] = 1.0
    damped.diagonal().add_(DAMPING * damped.diagonal().mean())
    # What is heard most is rounded first: the others make up for it.
    order = damped.diagonal().argsort(descending=True)
    left, ends, damped = left[:, order], ends[:, order], damped[order][:, order]
    carried = torch.linalg.cholesky(torch.linalg.inv(damped)).T
    whole = torch.zeros_like(left)
    for place in range(left.shape[1]):
        now = left[:, place]
        end = ends[:, place]
        whole[:, place] = torch.where(end != 0, end, now.round().clamp(-STEPS, STEPS))
        error = (now - whole[:, place]) / carried[place, place]
        left[:, place + 1 :] -= error[:, None] * carried[place, place + 1 :]
    found = torch.empty_like(whole)
    found[:, order] = whole
    return (found * step).to(weight.dtype)


def _moments(network: Network, views: Sequence[View]) -> dict[nn.Linear, Tensor]:
    found: dict[nn.Linear, Tensor] = {}
    mask = torch.empty(0)

    def heard(layer: nn.Module, inputs: tuple[Tensor, ...], _: Tensor) -> None:
        assert isinstance(layer, nn.Linear)
        said = inputs[0][mask.bool()] if inputs[0].dim() == 3 else inputs[0]
        said = said.reshape(-1, said.shape[-1]).double()
        moments = said.T @ said
        found[layer] = found[layer] + moments if layer in found else moments

    hooks = [
        part.register_forward_hook(heard)
        for part in network.modules()
        if isinstance(part, nn.Linear)
    ]
    network.eval()
    by_length = sorted(views, key=lambda view: len(view.ids))
    try:
        with torch.inference_mode():
            for first in range(0, len(by_length), _AT_ONCE):
                some = padded(by_length[first : first + _AT_ONCE])
                ids, mask, types = (torch.from_numpy(part) for part in some)
                network(ids, mask, types)
    finally:
        for hook in hooks:
            hook.remove()
    return found
