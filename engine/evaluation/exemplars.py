"""Exemplars by query: labelled pictures that fit, encoded; from models without an encoder, their own, as judged."""

from __future__ import annotations

import torch

from engine.datasets.store import Store
from engine.datasets.wishes import wish_words, wished
from engine.disk.files import BadConfig
from engine.evaluation.triplets import drawn_pool, judged_data
from engine.latents.arithmetic import CATEGORY_SPREAD, EXEMPLARS, nearest_exemplars
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.values import Capability, Recipe

JUDGED = 800
"""Pictures that a model without an encoder draws to choose from."""


def exemplars(
    session: OpenedModel, whole: Store, text: str, count: int = EXEMPLARS
) -> Work[tuple[tuple[Recipe, ...], str]]:
    """Places of pictures that come nearest to the words, and what was understood."""
    if not whole.kinds:
        raise BadConfig("no-attributes", f"“{whole.name}” has no labels that could be asked for.")
    wish = wished(text, whole.kinds)
    words = wish_words(wish, whole.kinds)
    if Capability.ENCODE in session.family.capabilities:
        places = yield from _encoded(session, whole, wish, count)
    else:
        places = yield from _judged(session, whole, wish, count)
    return places, words


def _encoded(session: OpenedModel, whole: Store, wish: dict[str, float], count: int) -> Work[tuple[Recipe, ...]]:
    categories = {name for name, kind in whole.kinds.items() if kind.is_category}
    spreads = {name: CATEGORY_SPREAD if name in categories else float(whole.attributes[name].std()) for name in wish}
    rows = nearest_exemplars(wish, whole.attributes, spreads, whole.visible, count)
    config, found = session.family.picture, []
    sized = yield from whole.resizing(config.size, config.channels)
    for picture in sized.pictures[rows]:
        image = picture.expand(3, -1, -1).permute(1, 2, 0).contiguous().numpy()
        found.append(Recipe(model=session.fingerprint, point=session.encode(image)[0]))
        yield None
    return tuple(found)


def _judged(session: OpenedModel, whole: Store, wish: dict[str, float], count: int) -> Work[tuple[Recipe, ...]]:
    judge, _ = yield from judged_data(session, whole)
    pool = yield from drawn_pool(session, judge, JUDGED)
    unknown = [name for name in wish if name not in pool.values]
    if unknown:
        raise BadConfig("no-judge", f"No judge reads “{unknown[0]}” of this model's pictures.")
    rows = nearest_exemplars(wish, pool.values, pool.spreads, pool.visible, count)
    return tuple(Recipe(model=session.fingerprint, seed=int(row)) for row in torch.as_tensor(rows))
