"""Paths: frames at their times, loops that close, one visible speed, and files that are the frames drawn alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.disk.bundled import find_model
from engine.disk.files import BadConfig, ZscapeError
from engine.disk.recipes import read_memory, read_walk, walk_value
from engine.disk.walk_files import read_walk_file, write_walk
from engine.latents.interpolation import along, eased, evened, places_at
from engine.machine.work import finished
from engine.opened.films import export_walk, frame_bytes, read_picture_memory
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.walking import frames_of, measured
from engine.protocol.values import Recipe
from engine.protocol.walks import Easing, Film, Keyframe, Measured, Walk, Way


@pytest.fixture(scope="module")
def faces() -> OpenedModel:
    return open_model_file(str(find_model("faces")), torch.device("cpu"))


def walk_of(opened: OpenedModel, seeds: tuple[int, ...], way: Way = Way.SLERP, *, closed: bool = False) -> Walk:
    keyframes = tuple(Keyframe(recipe=Recipe(model=opened.fingerprint, seed=seed)) for seed in seeds)
    return Walk(keyframes=keyframes, way=way, closed=closed)


@pytest.mark.parametrize("easing", list(Easing))
def test_easings_begin_and_end_where_they_should_and_never_turn_back(easing: Easing) -> None:
    share = torch.linspace(0, 1, 101, dtype=torch.float64)
    way = eased(share, easing)
    assert float(way[0]) == 0.0
    assert float(way[-1]) == 1.0
    assert bool((way.diff() > 0).all())


def test_a_span_takes_the_time_that_it_is_given() -> None:
    times = torch.tensor([0.0, 0.5, 1.0, 2.0, 4.0], dtype=torch.float64)
    places = places_at(times, (1.0, 3.0), (Easing.STEADY, Easing.STEADY))
    torch.testing.assert_close(places, torch.tensor([0.0, 0.5, 1.0, 1 + 1 / 3, 2.0], dtype=torch.float64))


def test_the_even_places_invert_a_known_arc_length() -> None:
    """A decoder that draws x(z) = z³ goes along its one pixel by 3 z² dz: even places are cube roots."""
    place = torch.linspace(0, 1, 4001, dtype=torch.float64)
    steps = (place**3).diff().abs()
    share = torch.linspace(0, 1, 11, dtype=torch.float64)
    torch.testing.assert_close(evened(place, steps, share), share ** (1 / 3), atol=2e-4, rtol=0)


def test_pictures_that_never_change_are_walked_steadily() -> None:
    place = torch.linspace(0, 3, 31, dtype=torch.float64)
    share = torch.linspace(0, 1, 7, dtype=torch.float64)
    torch.testing.assert_close(evened(place, torch.zeros(30, dtype=torch.float64), share), 3 * share)


@pytest.mark.parametrize("way", list(Way))
def test_a_closed_way_comes_back_to_its_first_station(way: Way) -> None:
    stations = torch.randn(3, 5, generator=torch.Generator().manual_seed(2))
    points = along(stations, torch.tensor([0.0, 1.0, 2.0, 3.0]), way, closed=True)
    torch.testing.assert_close(points, torch.cat((stations, stations[:1])))


def test_the_frames_of_an_open_path_begin_and_end_at_its_keyframes_own_places(faces: OpenedModel) -> None:
    walk = walk_of(faces, (1, 2, 3))
    frames = finished(frames_of(faces, walk, 9))
    assert [frames[0], frames[4], frames[8]] == [keyframe.recipe for keyframe in walk.keyframes]
    assert all(frame.point is not None for frame in (frames[1], frames[7]))


def test_a_loop_goes_on_where_it_began(faces: OpenedModel) -> None:
    """The step from the last frame to the first is like the others: nothing is shown twice, nothing jumps."""
    walk = walk_of(faces, (1, 2, 3), Way.EVEN, closed=True)
    frames = finished(frames_of(faces, walk, 60))
    pictures = [faces.picture(frame).astype(float) for frame in (*frames, frames[0])]
    steps = [float(np.sqrt(((b - a) ** 2).mean())) for a, b in pairwise(pictures)]
    assert frames[0] == walk.keyframes[0].recipe
    assert 0.5 * np.mean(steps) < steps[-1] < 1.5 * np.mean(steps)


def test_the_even_way_shows_one_speed_where_the_spherical_one_does_not(faces: OpenedModel) -> None:
    for first in (10, 20, 30):
        seeds = (first, first + 1, first + 2, first + 3)
        even = finished(measured(faces, walk_of(faces, seeds, Way.EVEN)))
        round_ = finished(measured(faces, walk_of(faces, seeds, Way.SLERP)))
        assert even.unevenness <= 1.15
        assert round_.unevenness > even.unevenness
        assert even.seconds[-1] < walk_of(faces, seeds).seconds


def test_places_of_another_model_are_no_path_here(faces: OpenedModel) -> None:
    strange = Walk(keyframes=tuple(Keyframe(recipe=Recipe(model="0" * 64, seed=seed)) for seed in (1, 2)))
    with pytest.raises(ZscapeError, match="another model"):
        finished(frames_of(faces, strange, 4))
    with pytest.raises(ZscapeError, match="two keyframes"):
        finished(frames_of(faces, walk_of(faces, (1,)), 4))


def test_frames_drawn_alone_are_the_exported_files_byte_for_byte(faces: OpenedModel, tmp_path: Path) -> None:
    walk = walk_of(faces, (5, 6), Way.EVEN, closed=True)
    folder = tmp_path / "frames"
    files = finished(export_walk(faces, walk, folder, Film.FRAMES, frames_per_s=5, scale=2))
    frames = finished(frames_of(faces, walk, walk.frames(5)))
    assert files == len(frames) == 15
    for number, frame in enumerate(frames):
        alone = frame_bytes(faces, frame, faces.picture(frame), 2)
        assert (folder / f"frame-{number:05d}.png").read_bytes() == alone
    with pytest.raises(BadConfig, match="new folder"):
        finished(export_walk(faces, walk, folder, Film.FRAMES, frames_per_s=5))


def test_a_cancelled_export_leaves_no_folder(faces: OpenedModel, tmp_path: Path) -> None:
    work = export_walk(faces, walk_of(faces, (5, 6)), tmp_path / "frames", Film.FRAMES, frames_per_s=5)
    while next(work) is None:
        pass
    work.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("film", [Film.GIF, Film.WEBP, Film.APNG, Film.MP4])
def test_a_film_remembers_its_path(film: Film, faces: OpenedModel, tmp_path: Path) -> None:
    if film is Film.MP4:
        pytest.importorskip("av")
    walk = walk_of(faces, (5, 6, 7), Way.EVEN, closed=True)
    path = tmp_path / f"film.{film.value}"
    finished(export_walk(faces, walk, path, film, frames_per_s=4))
    memory, pixels = read_picture_memory(path)
    assert memory.walk == walk
    assert memory.recipes == tuple(keyframe.recipe for keyframe in walk.keyframes)
    assert pixels.shape == (64, 64, 3)


def test_a_path_is_kept_in_a_file_and_read_again(tmp_path: Path) -> None:
    first = Recipe(model="m", point=(0.1, -2.5), directions=(("smile", 1.0),))
    keyframes = (Keyframe(recipe=first, seconds=2.5, easing=Easing.GENTLE), Keyframe(recipe=Recipe(model="m", seed=3)))
    walk = Walk(keyframes=keyframes, way=Way.EVEN, closed=True)
    write_walk(tmp_path / "w.json", walk, "faces")
    assert read_walk_file(tmp_path / "w.json") == (walk, "faces")
    assert walk.seconds == 4.0
    assert replace(walk, closed=False).seconds == 2.5


@pytest.mark.parametrize(
    "change",
    [
        {"version": 99}, {"way": "zigzag"}, {"closed": "yes"}, {"keyframes": 3}, {"keyframes": [{"seconds": 1}]},
        {"keyframes": [{"recipe": {"model": "a", "version": 2}, "seconds": 1e9, "easing": "steady"}]},
        {"keyframes": [{"recipe": {"model": "a", "version": 2}, "seconds": True, "easing": "steady"}]},
        {"keyframes": [
            {"recipe": {"model": m, "version": 2}, "seconds": 1, "easing": "steady"} for m in ("a", "b")
        ]},
        {"keyframes": [7]},
    ],
)  # fmt: skip
def test_what_is_no_path_is_refused(change: dict[str, object]) -> None:
    assert read_walk({**walk_value(Walk()), **change}) is None
    assert read_memory("{}") is None


def test_unevenness_is_the_largest_over_the_mean() -> None:
    look = Measured(way=Way.EVEN, seconds=(0.0, 1.0), speeds=(1.0, 3.0), norms=(0.0, 0.0))
    assert look.unevenness == 1.5
