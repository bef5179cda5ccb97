"""Planar flows: their determinant against autograd's, no two points in one place, and what bending is for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.families.layers.planar import PlanarFlow, invertible, planar_step

COUNT, COORDINATES = 6, 5


def random_step(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    noise = torch.Generator().manual_seed(seed)
    z_BD, u_BD, w_BD = (torch.randn(COUNT, COORDINATES, generator=noise, dtype=torch.float64) * 2 for _ in range(3))
    return z_BD, u_BD, w_BD, torch.randn(COUNT, generator=noise, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(4))
def test_the_determinant_of_a_step_is_that_of_its_jacobian(seed: int) -> None:
    z_BD, u_BD, w_BD, b_B = random_step(seed)
    _, log_det_B = planar_step(z_BD, u_BD, w_BD, b_B)
    for k in range(COUNT):
        jacobian_DD = torch.autograd.functional.jacobian(
            lambda z_D, k=k: planar_step(z_D[None], u_BD[k : k + 1], w_BD[k : k + 1], b_B[k : k + 1])[0][0], z_BD[k]
        )
        assert float(log_det_B[k]) == pytest.approx(float(torch.linalg.slogdet(jacobian_DD).logabsdet), abs=1e-9)


def test_the_determinant_of_a_whole_flow_is_that_of_its_jacobian() -> None:
    torch.manual_seed(0)
    flow = PlanarFlow(3, 4).double()
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.normal_(std=0.7)
    z_BD, mean_BD, log_var_BD = torch.randn(3, 5, 3, dtype=torch.float64)
    _, log_det_B = flow(z_BD, mean_BD, log_var_BD)
    for k in range(5):
        jacobian_DD = torch.autograd.functional.jacobian(
            lambda z_D, k=k: flow(z_D[None], mean_BD[k : k + 1], log_var_BD[k : k + 1])[0][0], z_BD[k]
        )
        expected = float(torch.linalg.slogdet(jacobian_DD).logabsdet)
        assert float(log_det_B[k].detach()) == pytest.approx(expected, abs=1e-9)


def test_a_step_that_should_do_nothing_does_nothing() -> None:
    z_BD, u_BD, w_BD, b_B = random_step(2)
    still_BD, log_det_B = planar_step(z_BD, 0.0 * u_BD, w_BD, b_B)
    torch.testing.assert_close(still_BD, z_BD)
    assert float(log_det_B.abs().max()) < 1e-12


def test_no_step_folds_space() -> None:
    _, u_BD, w_BD, _ = random_step(9)
    along_B = (invertible(3.0 * u_BD, w_BD) * w_BD).sum(1)
    assert bool((along_B > -1.0).all())
    kept = invertible(u_BD, w_BD) - u_BD  # along w alone is anything changed
    across_B = (kept - (kept * w_BD).sum(1, keepdim=True) / w_BD.square().sum(1, keepdim=True) * w_BD).norm(dim=1)
    assert float(across_B.max()) < 1e-12


def test_a_bent_cloud_comes_nearer_to_two_hills_than_a_round_one() -> None:
    """KL(q || p) of two hills: a Gaussian covers both or takes one, a flow splits."""

    def log_p(z_B2: Tensor) -> Tensor:
        hills = torch.tensor([[-1.5, 0.0], [1.5, 0.0]])
        each = -0.5 * ((z_B2[:, None] - hills) / 0.5).square().sum(2)
        return torch.logsumexp(each, 1)

    def least(steps: int) -> float:
        torch.manual_seed(1)
        told_BD = torch.zeros(256, 2)
        flow = PlanarFlow(2, max(1, steps))
        with torch.no_grad():
            flow.tell.bias.normal_(std=0.6)
        mean, log_scale = torch.zeros(2, requires_grad=True), torch.zeros(2, requires_grad=True)
        parameters = [mean, log_scale, *(flow.parameters() if steps else ())]
        optimiser = torch.optim.Adam(parameters, lr=0.02)
        found = []
        for _ in range(300):
            noise_BD = torch.randn(256, 2)
            z_BD, log_det_B = mean + log_scale.exp() * noise_BD, torch.zeros(256)
            if steps:
                z_BD, log_det_B = flow(z_BD, told_BD, told_BD)
            loss = (-0.5 * noise_BD.square().sum(1) - log_scale.sum() - log_det_B - log_p(z_BD)).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            found.append(float(loss.detach()))
        return sum(found[-50:]) / 50

    assert least(6) < least(0) - 0.1
