"""Whether a run could begin as it is asked for: settings as a whole, with these pictures, from this model.

Nothing is learned and nothing drawn for it: the networks are built without memory, and of a model's file only the
shapes count, so that it can be asked at every key that is pressed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from engine.disk.files import BadConfig, LoadError
from engine.families import family_class
from engine.families.base import AnyFamily, DataShape
from engine.families.schema import Config, PictureConfig
from engine.opened.checkpoints import BlankWeights
from engine.protocol.values import Capability, DatasetDescribed
from engine.training.material import no_points, no_sources, no_start, pictures_wanted
from engine.training.resuming import weights_for

_OF_DATA = frozenset(("no-attributes", "no-classes"))
"""Complaints of a family about its pictures that a description of them bears out; captions are in none."""


def config_problem(
    name: str, values: Mapping[str, Any], data: DatasetDescribed | None = None, start: str = ""
) -> tuple[str, str]:
    """(sentence, setting) of what keeps a run from beginning; both empty when nothing does."""
    try:
        kind = family_class(name)
        config = kind.Config.build(values)
        if data is not None and data.images:
            _check_data(kind, config, data)
            _check_networks(kind, config, data, start)
    except BadConfig as error:
        return error.sentence, error.field
    except LoadError as error:
        return error.sentence, ""
    return "", ""


def _check_data(kind: type[AnyFamily], config: Config, data: DatasetDescribed) -> None:
    is_density = data.kind == "density"
    if isinstance(config, PictureConfig) and is_density:
        raise pictures_wanted(kind, data.label)
    if not isinstance(config, PictureConfig) and not is_density:
        raise no_points(kind, data.label)
    if Capability.TRANSLATE in kind.capabilities and not data.sources and len(data.classes) != 2:
        raise no_sources(kind, data.label)
    if config.batch > data.images:
        raise BadConfig(
            "batch-too-large",
            f"Batch ({config.batch}) is larger than the {data.images} pictures of “{data.label}”.",
            field="batch",
        )


def _check_networks(kind: type[AnyFamily], config: Config, data: DatasetDescribed, start: str) -> None:
    shape = DataShape(
        classes=data.classes, attributes=data.attributes, ranges=dict.fromkeys(data.attributes, (0.0, 1.0))
    )
    try:
        with torch.device("meta"), BlankWeights():
            family = kind(config, shape)
    except BadConfig as error:
        if error.code in _OF_DATA:
            raise
        return
    if family.needs_start and not start:
        raise no_start(kind)
    if start and not kind.reads_captions:  # how many words are told apart is in no description
        weights_for(start, family, verify=False)
