"""The families and judges there are, by name. Nothing registers itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from engine.disk.files import BadConfig
from engine.families.base import AnyFamily, DataShape
from engine.families.kinds import Kinds
from engine.families.presets import all_presets
from engine.families.schema import describe_fields
from engine.protocol.values import FamilyDescribed

FAMILIES = Kinds(
    {
        "vae": "engine.families.autoencoders.vae:VAE",
        "vaegan": "engine.families.autoencoders.vaegan:VAEGAN",
        "autoencoder": "engine.families.autoencoders.autoencoder:Autoencoder",
        "aae": "engine.families.autoencoders.aae:AAE",
        "gan0": "engine.families.adversarial.gan0:GAN0",
        "gan1": "engine.families.adversarial.gan1:GAN1",
        "dcgan": "engine.families.adversarial.dcgan:DCGAN",
        "lsgan": "engine.families.adversarial.lsgan:LSGAN",
        "wgan": "engine.families.adversarial.wgan:WGAN",
        "wgan-gp": "engine.families.adversarial.wgan_gp:WGANGP",
        "began": "engine.families.adversarial.began:BEGAN",
        "r3gan": "engine.families.adversarial.r3gan:R3GAN",
        "cfg": "engine.families.functional.cfg:CFG",
        "icfg": "engine.families.functional.icfg:ICFG",
        "xicfg": "engine.families.functional.xicfg:XICFG",
        "fvbn": "engine.families.autoregressive.fvbn:FVBN",
        "pixelcnn": "engine.families.autoregressive.pixelcnn:PixelCNN",
        "pixelvae": "engine.families.autoregressive.pixelvae:PixelVAE",
        "pixelrnn": "engine.families.autoregressive.pixelrnn:PixelRNN",
        "gated-pixelcnn": "engine.families.autoregressive.gated_pixelcnn:GatedPixelCNN",
        "pixelcnn++": "engine.families.autoregressive.pixelcnn_pp:PixelCNNPlusPlus",
        "multiscale-pixelcnn": "engine.families.autoregressive.multiscale:MultiscalePixelCNN",
    }
)
JUDGES = Kinds(
    {
        "judge": "engine.families.judges.judge:FaceJudge",
        "classifier": "engine.families.judges.judge:GlyphJudge",
    }
)


def family_class(name: str) -> type[AnyFamily]:
    """The class of a family or judge."""
    for kinds in (FAMILIES, JUDGES):
        if name in kinds:
            return kinds[name]
    known = ", ".join((*FAMILIES, *JUDGES))
    raise BadConfig("unknown-family", f"There is no family “{name[:40]}”; there are {known}.")


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
        takes=tuple(sorted({part.split(".", 1)[0] for parts in kind.takes.values() for part in parts})),
        takes_with=tuple(kind.takes_with.items()),
    )


def describe() -> tuple[FamilyDescribed, ...]:
    """Every family as data, for the dialog and the `families` command; judges serve, they are not explored."""
    return tuple(describe_family(name) for name in FAMILIES)
