"""Neighbours: nearest training pictures in pixels and features, and a model that has learned by heart is caught."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor

import engine.datasets.catalogue as catalogue
from engine.datasets.batches import batch
from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig
from engine.evaluation.learned import closeness, neighbours
from engine.evaluation.learned.closeness import Beside, first_sheet, neighbours_found
from engine.evaluation.learned.neighbours import known_of
from engine.evaluation.reading import readers_of
from engine.machine.work import Work, finished
from engine.opened.pictures import to_image
from engine.protocol.scoring import FindNeighbours, NeighboursFound, Space
from engine.protocol.values import Image, Recipe
from tests.engine.evaluation.conftest import ExactJudge, face_store
from tests.engine.evaluation.several_models import CPU
from tests.engine.small import bars

TEXTURES = 400
SIZE = 8


def textures(sha256: str = "textures") -> Store:
    """Noise: no two pictures are alike."""
    pictures = torch.randint(0, 256, (TEXTURES, 1, SIZE, SIZE), generator=torch.Generator().manual_seed(4))
    split = torch.zeros(TEXTURES, dtype=torch.uint8)
    split[-100:] = int(Split.TEST)
    return Store(name="textures", label="Textures", pictures=pictures.to(torch.uint8), split=split, sha256=sha256)


class Copier:
    """A model that gives its training pictures back, a little disturbed; or, inventing, textures of its own."""

    def __init__(self, store: Store, *, invents: bool) -> None:
        train = store.subset(Split.TRAIN)
        own = torch.randint(0, 256, train.pictures.shape, generator=torch.Generator().manual_seed(9)).to(torch.uint8)
        self._x = batch(train, torch.arange(len(train)))
        if invents:
            self._x = own.float() / 127.5 - 1.0
        self.fingerprint = "0" * 16
        self.moment = 0
        self.family = SimpleNamespace(picture=SimpleNamespace(size=SIZE, channels=1))
        self.model = SimpleNamespace(name="copier", card={})

    def pictures(self, recipes: Sequence[Recipe]) -> Generator[float, None, list[Image]]:
        yield 0.5
        noise = torch.Generator().manual_seed(1)
        return [
            to_image(self._x[recipe.seed] + 0.02 * torch.randn(1, SIZE, SIZE, generator=noise)) for recipe in recipes
        ]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    store = textures()

    def find(*, invents: bool, n: int = 60, shown: int = 5) -> NeighboursFound:
        def opened_data(*_what: object, **_how: object) -> Work[Store]:
            yield None
            return store

        monkeypatch.setattr(catalogue, "open_data", opened_data)
        monkeypatch.setattr(closeness, "open_model_file", lambda *_what: Copier(store, invents=invents))
        monkeypatch.setattr(closeness, "find_model", Path)
        request = FindNeighbours(source="copier", data="textures", n=n, space=Space.PIXELS, shown=shown)
        home = tmp_path / f"{invents}"
        return finished(neighbours_found(request, home, CPU))

    return find


def test_a_model_that_copies_is_caught_and_each_copy_stands_beside_its_original(found: object) -> None:
    told: NeighboursFound = found(invents=False)  # type: ignore[operator]
    assert told.copies == 1.0
    assert told.copies_real == pytest.approx(0.05, abs=0.01)
    assert told.n == 60
    for pair in (*told.near, *told.middle, *told.far):
        assert pair.percentile == 0.0
        assert np.abs(pair.image.astype(int) - pair.neighbour.astype(int)).mean() < 4.0
        original = to_image(batch(textures().subset(Split.TRAIN), torch.tensor([pair.seed]))[0])
        assert np.array_equal(pair.neighbour, original), "its own original, no other"


def test_one_that_invents_stands_among_held_out_pictures(found: object) -> None:
    told: NeighboursFound = found(invents=True)  # type: ignore[operator]
    assert told.copies < 0.2
    assert 20.0 < sum(pair.percentile for pair in told.middle) / len(told.middle) < 80.0
    distances = [pair.distance for pair in (*told.near, *told.middle)]
    assert distances == sorted(distances)
    assert [pair.distance for pair in told.far] == sorted((pair.distance for pair in told.far), reverse=True)
    assert told.near[0].distance < told.middle[0].distance < told.far[0].distance
    assert len(told.near) == len(told.middle) == len(told.far) == 5


def test_the_distance_is_the_root_mean_square_of_levels_and_the_nearest_is_found(tmp_path: Path) -> None:
    store = textures()
    known = finished(known_of(store, SIZE, 1, Space.PIXELS, tmp_path))
    train, test = store.subset(Split.TRAIN), store.subset(Split.TEST)
    x_BCHW = batch(test, torch.arange(7))
    rows, distances = finished(known.nearest(known.points(x_BCHW), 3))
    levels_TD = train.pictures.double().flatten(1) / 255.0
    direct = torch.cdist(test.pictures[:7].double().flatten(1) / 255.0, levels_TD) / SIZE
    sorted_, places = direct.sort(1)
    assert torch.allclose(distances.double(), sorted_[:, :3], atol=2e-4)
    assert torch.equal(rows[:, 0], places[:, 0])
    held = torch.cdist(test.pictures.double().flatten(1) / 255.0, levels_TD).amin(1).sort().values / SIZE
    assert torch.allclose(known.held_L, held, atol=2e-4)
    assert known.percentiles(torch.tensor([0.0, 1.0])).tolist() == [0.0, 100.0]
    assert float(known.percentiles(known.held_L[49:50])[0]) == 50.0


def test_large_pictures_are_compared_as_small_ones() -> None:
    generator = torch.Generator().manual_seed(2)
    pictures = torch.randint(0, 256, (30, 3, 64, 64), generator=generator).to(torch.uint8)
    split = torch.tensor([0] * 20 + [2] * 10, dtype=torch.uint8)
    store = Store(name="large", label="Large", pictures=pictures, split=split)
    known = finished(known_of(store, 64, 3, Space.PIXELS, None))
    assert known.points_MD.shape == (20, 3 * 32 * 32)
    assert known.image(3).shape == (64, 64, 3)


def test_features_are_those_of_the_judge_and_without_one_it_says_so(judge: ExactJudge, tmp_path: Path) -> None:
    judge.eval()
    store = face_store()
    known = finished(known_of(store, 8, 3, Space.FEATURES, tmp_path))
    reader = readers_of(store, 3).any
    assert reader is not None
    x_BCHW = batch(store.subset(Split.TRAIN), known.rows_M[5:6])
    with torch.no_grad():
        assert torch.allclose(known.points(x_BCHW), reader.features(x_BCHW))
    _, distances = finished(known.nearest(known.points(x_BCHW)))
    assert float(distances[0, 0]) == pytest.approx(0.0, abs=1e-4)
    with pytest.raises(BadConfig, match="Nobody reads features"):
        finished(known_of(textures(), SIZE, 1, Space.FEATURES, tmp_path))


def test_what_was_looked_through_is_kept_on_disk_and_a_spoiled_file_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = textures("kept textures")
    first = finished(known_of(store, SIZE, 1, Space.PIXELS, tmp_path))
    [file] = (tmp_path / "cache" / "neighbours").iterdir()
    neighbours._at_hand.clear()

    def never(*_what: object) -> Work[Tensor]:
        raise AssertionError("read again")
        yield None

    with monkeypatch.context() as patch:
        patch.setattr(neighbours, "_read", never)
        again = finished(known_of(store, SIZE, 1, Space.PIXELS, tmp_path))
    assert torch.equal(first.points_MD, again.points_MD)
    assert torch.equal(first.held_L, again.held_L)
    file.write_bytes(b"spoiled")
    neighbours._at_hand.clear()
    healed = finished(known_of(store, SIZE, 1, Space.PIXELS, tmp_path))
    assert torch.equal(first.points_MD, healed.points_MD)


def test_too_few_held_out_pictures_are_one_sentence() -> None:
    store = bars(30)
    lonely = Store(name="few", label="Few", pictures=store.pictures, split=torch.zeros(30, dtype=torch.uint8))
    with pytest.raises(BadConfig, match="“few” has 0 held-out pictures"):
        finished(known_of(lonely, 8, 1, Space.PIXELS, None))


def test_work_that_can_wait_takes_no_step_while_somebody_drags() -> None:
    from engine.machine.work import patient

    busy, steps = [True], []

    def work() -> Work[str]:
        for step in range(3):
            steps.append(step)
            yield None
        return "done"

    going = patient(lambda: busy[0], work())
    for _ in range(5):
        next(going)
    assert steps == []
    busy[0] = False
    assert finished(going) == "done"
    assert steps == [0, 1, 2]


def test_a_first_sheet_is_near_to_the_data_and_varied() -> None:
    """Of thirty samples ten are near: five alike at one place, and five far from one another."""
    points_ND = torch.cat([
        torch.zeros(5, 2), torch.tensor([[9.0, 0.0], [0.0, 9.0], [-9.0, 0.0], [0.0, -9.0], [6.0, 6.0]]),
        torch.full((20, 2), 50.0),
    ])  # fmt: skip
    distances_N = torch.cat([torch.arange(10.0) / 100, torch.full((20,), 5.0)])
    known = finished(known_of(textures(), SIZE, 1, Space.PIXELS, None), lambda _: None)
    found = Beside(
        images=[], points_ND=points_ND, known=known, rows_N=torch.zeros(30), distances_N=distances_N,
        percentiles_N=distances_N,
    )  # fmt: skip
    sheet = first_sheet(found, 6)
    assert sheet[0] == 0
    assert set(sheet[1:]) == {5, 6, 7, 8, 9}
    assert len(set(first_sheet(found, 12))) == 12
