"""A grid that takes a while says how far it is, and ends where it is asked to: counted in looks, not in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.disk.files import ZscapeError
from engine.families import build
from engine.families.base import DataShape
from engine.opened.checkpoints import save_model
from engine.opened.export import export_grid
from engine.opened.model import GRID_BATCH, Session, open_session
from engine.protocol.values import Recipe
from tests.engine.small import SMALL


def session_of(name: str, tmp_path: Path) -> Session:
    path = tmp_path / f"{name}.safetensors"
    save_model(path, build(name, SMALL[name], DataShape()).eval(), name=name)
    return open_session(str(path), torch.device("cpu"))


def places(session: Session, count: int) -> list[Recipe]:
    return [Recipe(model=session.fingerprint, seed=seed) for seed in range(count)]


@pytest.mark.parametrize("looks", [1, 3])
def test_a_drawing_family_stops_at_the_look_at_which_it_is_asked_to(tmp_path: Path, looks: int) -> None:
    """Eight rows of eight pixels are eight looks; who cancels at the third waits for no fourth."""
    session, asked = session_of("pixelcnn", tmp_path), 0
    path = tmp_path / "grid.png"

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked == looks

    assert session.family.sample_steps == 8
    with pytest.raises(ZscapeError, match="cancelled"):
        export_grid(session, places(session, 8), 4, path, cancelled=cancelled)
    assert asked == looks
    assert not path.exists()


def test_progress_grows_within_a_batch_and_ends_with_all_cells(tmp_path: Path) -> None:
    session = session_of("pixelcnn", tmp_path)
    told: list[tuple[int, int]] = []
    export_grid(
        session, places(session, 4), 2, tmp_path / "grid.png", progress=lambda done, of: told.append((done, of))
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_decoding_family_is_asked_between_its_batches(tmp_path: Path) -> None:
    session = session_of("vae", tmp_path)
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(0)
        return False

    told: list[int] = []
    count = 2 * GRID_BATCH + 1
    export_grid(
        session,
        places(session, count),
        8,
        tmp_path / "grid.png",
        cancelled=cancelled,
        progress=lambda done, _: told.append(done),
    )
    assert len(asked) == 3
    assert told == [GRID_BATCH, 2 * GRID_BATCH, count]
    assert (tmp_path / "grid.png").exists()


def test_each_cell_of_a_grid_is_of_the_class_that_its_recipe_asks_for(tmp_path: Path) -> None:
    """One batch has one condition; neighbours that ask for another are drawn in another."""
    path = tmp_path / "classes.safetensors"
    family = build("pixelcnn", SMALL["pixelcnn"], DataShape(classes=("left", "right")))
    shake = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in family.parameters():
            p.add_(torch.randn(p.shape, generator=shake) * 0.3)
    save_model(path, family.eval(), name="classes")
    session = open_session(str(path), torch.device("cpu"))
    wishes = [(), ((session.family.conditions[0].name, 0.0),), ((session.family.conditions[0].name, 1.0),)]
    recipes = [Recipe(model=session.fingerprint, seed=seed, conditions=wish) for seed in range(4) for wish in wishes]
    alone = [session.picture(recipe) for recipe in recipes]
    together = [image for some in session.pictures(recipes) for image in some]
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
    assert any(not np.array_equal(alone[k], alone[k + 1]) for k in range(1, 12, 3)), "the class counts"
