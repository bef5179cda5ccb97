"""VAE/GAN against its equations, and what it keeps of the model that it begins with."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.families.autoencoders.vaegan import VAEGAN, Points, unlike
from engine.families.layers.moving import shift_of, shifted
from engine.opened.checkpoints import save_model
from engine.training.resuming import begin_with
from tests.engine.families.stepping import bars_batch, learn, tiny
from tests.engine.families.test_loop_contract import bars_store


class Plane(nn.Module):
    """A discriminator whose logit is a dot product, so that its slope is known."""

    def __init__(self, weight_CHW: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight_CHW)

    def forward(self, x_BCHW: Tensor) -> tuple[Tensor, list[Tensor]]:
        return (x_BCHW * self.weight).sum((1, 2, 3)), [x_BCHW]


def vaegan(**changes: object) -> VAEGAN:
    family = tiny("vaegan", **changes)
    assert isinstance(family, VAEGAN)
    return family


def test_the_penalty_is_the_squared_slope_at_real_and_drawn_pictures() -> None:
    """γ/2 (R1 + R2) with both slopes w is γ |w|²."""
    family = vaegan(penalty=0.3)
    weight_CHW = torch.randn(1, 8, 8, generator=torch.Generator().manual_seed(1))
    family.discriminator = Plane(weight_CHW)
    seen = family.phases()[0].loss(bars_batch(0, 100))
    added = float((seen["loss"] - seen["discriminator_loss"]).detach())
    assert added == pytest.approx(0.3 * float(weight_CHW.square().sum()), rel=1e-4)


def test_each_picture_plays_against_its_own_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discriminator: E softplus(D(x~) - D(x)); decoder: E softplus(D(x) - D(x~)), of the same pairs."""
    monkeypatch.setattr("engine.families.autoencoders.vaegan.shift_of", lambda _x, _generator: (0, 0))
    family = vaegan(penalty=0.0, adversarial=1.0, keep_encoder=True).eval()
    weight_CHW = torch.randn(1, 8, 8, generator=torch.Generator().manual_seed(1)) * 0.1
    family.discriminator = Plane(weight_CHW)
    discriminate, teach = (phase.loss for phase in family.phases())
    batch = bars_batch(0, 1, count=8)
    with torch.no_grad():
        copies_ECHW = family.decode(family.encode(batch.x[:4]))
        lead_E = ((batch.x[:4] - copies_ECHW) * weight_CHW).sum((1, 2, 3))
    seen = discriminate(batch)
    sampled = batch.shared["sampled"]
    others_BCHW = family.pixels.picture(sampled.raw_BCHW)[4:].detach()
    lead_B = torch.cat((lead_E, ((batch.x[4:] - others_BCHW) * weight_CHW).sum((1, 2, 3))))
    torch.testing.assert_close(seen["discriminator_loss"], torch.log1p(torch.exp(-lead_B)).mean())
    torch.testing.assert_close(teach(batch)["adversarial"], torch.log1p(torch.exp(lead_B)).mean())


def test_the_learned_similarity_is_a_gaussian_in_units_of_each_map() -> None:
    own, copy = torch.randn(6, 3, 4, 4), torch.randn(6, 3, 4, 4)
    spread = own.std()
    law = torch.distributions.Normal(copy / spread, 1.0)
    nats = law.log_prob(copy / spread) - law.log_prob(own / spread)
    torch.testing.assert_close(unlike([own], [copy]), 2.0 * nats.mean())
    assert unlike([own, own], [own, own]) == 0.0


def test_fitted_points_have_the_moments_of_the_encoder_s() -> None:
    generator = torch.Generator().manual_seed(0)
    factor = torch.tensor([[2.0, 0.0], [1.0, 0.5]])
    points_ND = torch.randn(4000, 2, generator=generator) @ factor.T + torch.tensor([3.0, -1.0])
    points = Points(2)
    fresh_ND = points.draw(4000, generator)
    torch.testing.assert_close(torch.cov(fresh_ND.T), torch.eye(2), rtol=0, atol=0.1)
    points.fit(points_ND)
    drawn_ND = points.draw(20000, generator)
    torch.testing.assert_close(drawn_ND.mean(0), points_ND.mean(0), rtol=0, atol=0.1)
    torch.testing.assert_close(torch.cov(drawn_ND.T), torch.cov(points_ND.T), rtol=0.06, atol=0.06)


def test_few_points_are_kernels_several_times() -> None:
    points = Points(4)
    points.fit(torch.randn(10, 4, generator=torch.Generator().manual_seed(0)))
    assert len(torch.unique(points.means, dim=0)) == 10
    assert points.draw(5, torch.Generator().manual_seed(0)).isfinite().all()


def test_a_run_that_begins_with_a_vae_draws_as_it_did_and_keeps_its_encoder(tmp_path: Path) -> None:
    vae = tiny("vae")
    learn(vae, 3)
    save_model(tmp_path / "vae.safetensors", vae, name="vae")
    family = vaegan(keep_encoder=True, points="fitted")
    begin_with(str(tmp_path / "vae.safetensors"), family)
    family.prepare(bars_store())
    z_BD = torch.randn(3, 4, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(family.eval().decode(z_BD), vae.decode(z_BD))
    before = {name: value.clone() for name, value in family.state_dict().items()}
    learn(family, 2)
    for name, value in family.state_dict().items():
        part = name.split(".")[0]
        if part in ("encoder", "points"):
            assert torch.equal(value, before[name]), name
        if part == "discriminator":
            assert not torch.equal(value, before[name]), name


def test_shifts_move_the_picture_and_repeat_its_edge() -> None:
    x_BCHW = torch.arange(16.0).view(1, 1, 4, 4)
    assert torch.equal(shifted(x_BCHW, (0, 0)), x_BCHW)
    assert torch.equal(shifted(x_BCHW, (1, 0))[0, 0, :, 0], torch.tensor([0.0, 0.0, 4.0, 8.0]))
    assert torch.equal(shifted(x_BCHW, (0, -1))[0, 0, 0], torch.tensor([1.0, 2.0, 3.0, 3.0]))
    batches = [bars_batch(step, 9) for step in range(60)]
    found = {shift_of(batch.x, batch.generator) for batch in batches}
    assert found == {(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)}
