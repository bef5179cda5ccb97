"""A grid that takes a while says how far it is, and ends where it is asked to: counted in looks, not in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.disk.files import Cancelled
from engine.families import build
from engine.families.base import DataShape
from engine.machine.work import Work
from engine.opened.animation import Movie, export_movie
from engine.opened.checkpoints import save_model
from engine.opened.export import Sink, export_grid, export_picture, png_bytes, read_png_memory
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import ExportProgressed
from engine.protocol.values import Recipe
from tests.engine.small import SMALL, drained


def opened_of(name: str, tmp_path: Path) -> OpenedModel:
    path = tmp_path / f"{name}.safetensors"
    save_model(path, build(name, SMALL[name], DataShape()).eval(), name=name)
    return open_model_file(str(path), torch.device("cpu"))


def places(opened: OpenedModel, count: int) -> list[Recipe]:
    return [Recipe(model=opened.fingerprint, seed=seed) for seed in range(count)]


@pytest.mark.parametrize("looks", [1, 3])
def test_a_drawing_family_ends_at_the_look_at_which_it_is_closed(tmp_path: Path, looks: int) -> None:
    """Every pixel can be the last: who cancels at the third waits for no fourth."""
    opened, drawn = opened_of("pixelcnn", tmp_path), 0
    sample = opened.family.sample

    def counted(*asked: object) -> Iterator[torch.Tensor]:
        nonlocal drawn
        for look in sample(*asked):
            drawn += 1
            yield look

    opened.family.sample = counted  # type: ignore[method-assign]
    work = export_grid(opened, places(opened, 8), 4, tmp_path / "grid.png")
    assert opened.family.sample_steps == 64
    for _ in range(looks):
        next(work)
    work.close()
    assert drawn == looks


def written(name: str, opened: OpenedModel, path: Path) -> Work[object]:
    """A file of each kind."""
    cells = places(opened, 3)
    if name == "picture":
        return export_picture(opened, cells[0], path)
    return export_grid(opened, cells, 2, path) if name == "grid" else export_movie(opened, cells, path, Movie(name))


@pytest.mark.parametrize("name", ["picture", "grid", "gif", "webp", "apng", "mp4"])
@pytest.mark.parametrize("family", ["vae", "pixelcnn"])
def test_until_its_last_seam_there_is_no_file_and_closed_there_never_will_be(
    name: str, family: str, tmp_path: Path
) -> None:
    if name == "mp4":
        pytest.importorskip("av")
    opened = opened_of(family, tmp_path)
    out = tmp_path / "out"
    path = out / "file"
    ready = 0
    for _ in written(name, opened, path):
        assert not path.exists()
        ready += 1
    assert path.exists()
    whole = path.read_bytes()
    path.unlink()
    for seam in range(1, ready + 1):
        work = written(name, opened, path)
        try:
            for _ in range(seam):
                next(work)
        except StopIteration:  # a helper thread was quicker than the last time
            assert path.read_bytes() == whole
            path.unlink()
        work.close()
        assert not out.exists() or list(out.iterdir()) == []


def test_progress_grows_within_a_batch_and_ends_with_all_cells(tmp_path: Path) -> None:
    opened = opened_of("pixelcnn", tmp_path)
    told = progress(export_grid(opened, places(opened, 4), 2, tmp_path / "grid.png"))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def progress(work: Work[None]) -> list[tuple[int, int]]:
    return [(event.done, event.of) for event in work if isinstance(event, ExportProgressed)]


def test_a_decoding_family_tells_each_picture_and_draws_it_as_the_canvas_does(tmp_path: Path) -> None:
    opened = opened_of("vae", tmp_path)
    cells = places(opened, 17)
    told = progress(export_grid(opened, cells, 8, tmp_path / "grid.png"))
    assert told == [(done, 17) for done in range(1, 18)]
    _, pixels = read_png_memory(tmp_path / "grid.png")
    side = opened.family.picture.size
    assert np.array_equal(pixels[side : 2 * side, :side], opened.picture(cells[8]))
    assert (tmp_path / "grid.png").exists()


def test_a_picture_that_nobody_wants_any_more_is_packed_no_further(tmp_path: Path) -> None:
    """A sheet of a hundred million pixels takes seconds to pack; who quits does not wait for it."""
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    with pytest.raises(Cancelled):
        png_bytes(noise, into=Sink(lambda: True))


def test_each_cell_of_a_grid_is_of_the_class_that_its_recipe_asks_for(tmp_path: Path) -> None:
    """One batch has one condition; neighbours that ask for another are drawn in another."""
    path = tmp_path / "classes.safetensors"
    family = build("pixelcnn", SMALL["pixelcnn"], DataShape(classes=("left", "right")))
    shake = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in family.parameters():
            p.add_(torch.randn(p.shape, generator=shake) * 0.3)
    save_model(path, family.eval(), name="classes")
    opened = open_model_file(str(path), torch.device("cpu"))
    wishes = [(), ((opened.family.conditions[0].name, 0.0),), ((opened.family.conditions[0].name, 1.0),)]
    recipes = [Recipe(model=opened.fingerprint, seed=seed, conditions=wish) for seed in range(4) for wish in wishes]
    alone = [opened.picture(recipe) for recipe in recipes]
    together = drained(opened.pictures(recipes))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
    assert any(not np.array_equal(alone[k], alone[k + 1]) for k in range(1, 12, 3)), "the class counts"
