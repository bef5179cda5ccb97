"""Exemplars by query: labelled pictures that fit, encoded; from models without an encoder, their own, as judged."""

from __future__ import annotations

import torch

from engine.datasets.store import Store
from engine.datasets.wishes import wish_words, wished
from engine.disk.files import BadConfig
from engine.evaluation.pools import judged_data, sampled_pool
from engine.latents.arithmetic import CATEGORY_SPREAD, EXEMPLARS, balanced_exemplars
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.values import Capability, Recipe

JUDGED = 800
"""Pictures that a model without an encoder draws to choose from."""


def exemplars(
    opened: OpenedModel, whole: Store, text: str, count: int = EXEMPLARS
) -> Work[tuple[tuple[Recipe, ...], str]]:
    """Places of pictures that come nearest to the words, and what was understood."""
    if not whole.kinds:
        raise BadConfig("no-attributes", f"“{whole.name}” has no labels that could be asked for.")
    wish = wished(text, whole.kinds)
    words = wish_words(wish, whole.kinds)
    if Capability.ENCODE in opened.family.capabilities:
        places = yield from _encoded(opened, whole, wish, count)
    else:
        places = yield from _judged(opened, whole, wish, count)
    return places, words


def _encoded(opened: OpenedModel, whole: Store, wish: dict[str, float], count: int) -> Work[tuple[Recipe, ...]]:
    categories = {name for name, kind in whole.kinds.items() if kind.is_category}
    spreads = {name: CATEGORY_SPREAD if name in categories else float(whole.attributes[name].std()) for name in wish}
    rows = balanced_exemplars(wish, whole.attributes, spreads, whole.visible, count)
    config, found = opened.family.picture, []
    sized = yield from whole.resizing(config.size, config.channels)
    for picture in sized.pictures[rows]:
        image = picture.expand(3, -1, -1).permute(1, 2, 0).contiguous().numpy()
        found.append(Recipe(model=opened.fingerprint, point=opened.encode(image)[0]))
        yield None
    return tuple(found)


def _judged(opened: OpenedModel, whole: Store, wish: dict[str, float], count: int) -> Work[tuple[Recipe, ...]]:
    judge, _ = yield from judged_data(opened, whole)
    pool = yield from sampled_pool(opened, judge, JUDGED)
    unknown = [name for name in wish if name not in pool.values]
    if unknown:
        raise BadConfig("no-judge", f"No judge reads “{unknown[0]}” of this model's pictures.")
    rows = balanced_exemplars(wish, pool.values, pool.spreads, pool.visible, count)
    return tuple(Recipe(model=opened.fingerprint, seed=int(row)) for row in torch.as_tensor(rows))
