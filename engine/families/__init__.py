"""The families and judges there are, by name. Nothing registers itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from engine.disk.files import BadConfig
from engine.families.adversarial.began import BEGAN
from engine.families.adversarial.dcgan import DCGAN
from engine.families.adversarial.gan0 import GAN0
from engine.families.adversarial.gan1 import GAN1
from engine.families.adversarial.lsgan import LSGAN
from engine.families.adversarial.r3gan import R3GAN
from engine.families.adversarial.wgan import WGAN
from engine.families.adversarial.wgan_gp import WGANGP
from engine.families.autoencoders.aae import AAE
from engine.families.autoencoders.autoencoder import Autoencoder
from engine.families.autoencoders.vae import VAE
from engine.families.autoencoders.vaegan import VAEGAN
from engine.families.autoregressive.fvbn import FVBN
from engine.families.autoregressive.gated_pixelcnn import GatedPixelCNN
from engine.families.autoregressive.multiscale import MultiscalePixelCNN
from engine.families.autoregressive.pixelcnn import PixelCNN
from engine.families.autoregressive.pixelcnn_pp import PixelCNNPlusPlus
from engine.families.autoregressive.pixelrnn import PixelRNN
from engine.families.autoregressive.pixelvae import PixelVAE
from engine.families.base import AnyFamily, DataShape
from engine.families.functional.cfg import CFG
from engine.families.functional.icfg import ICFG
from engine.families.functional.xicfg import XICFG
from engine.families.judges.judge import FaceJudge, GlyphJudge
from engine.families.presets import all_presets
from engine.families.schema import describe_fields
from engine.protocol.values import FamilyDescribed

FAMILIES: dict[str, type[AnyFamily]] = {
    "vae": VAE,
    "vaegan": VAEGAN,
    "autoencoder": Autoencoder,
    "aae": AAE,
    "gan0": GAN0,
    "gan1": GAN1,
    "dcgan": DCGAN,
    "lsgan": LSGAN,
    "wgan": WGAN,
    "wgan-gp": WGANGP,
    "began": BEGAN,
    "r3gan": R3GAN,
    "cfg": CFG,
    "icfg": ICFG,
    "xicfg": XICFG,
    "fvbn": FVBN,
    "pixelcnn": PixelCNN,
    "pixelvae": PixelVAE,
    "pixelrnn": PixelRNN,
    "gated-pixelcnn": GatedPixelCNN,
    "pixelcnn++": PixelCNNPlusPlus,
    "multiscale-pixelcnn": MultiscalePixelCNN,
}
JUDGES: dict[str, type[AnyFamily]] = {
    "judge": FaceJudge,
    "classifier": GlyphJudge,
}


def family_class(name: str) -> type[AnyFamily]:
    """The class of a family or judge."""
    kind = FAMILIES.get(name) or JUDGES.get(name)
    if kind is None:
        known = ", ".join((*FAMILIES, *JUDGES))
        raise BadConfig("unknown-family", f"There is no family “{name[:40]}”; there are {known}.")
    return kind


def build(name: str, values: Mapping[str, Any], shape: DataShape) -> AnyFamily:
    """A fresh family from plain settings: weights depend on the config's seed only, and global state is left alone."""
    kind = family_class(name)
    config = kind.Config.build(values)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return kind(config, shape)


def describe_family(name: str) -> FamilyDescribed:
    """One family as data."""
    kind = family_class(name)
    return FamilyDescribed(
        name=name,
        label=kind.label,
        summary=kind.summary,
        when=kind.when,
        capabilities=tuple(sorted(kind.capabilities)),
        presets=all_presets().get(name, ()),
        fields=describe_fields(kind.Config),
        monitors=kind.monitors,
    )


def describe() -> tuple[FamilyDescribed, ...]:
    """Every family as data, for the dialog and the `families` command; judges serve, they are not explored."""
    return tuple(describe_family(name) for name in FAMILIES)
