"""complete and likelihood: what they write and tell, against the model itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.machine.work import finished
from engine.opened.export import read_png_memory
from engine.opened.model import open_model_file
from engine.opened.pixelwise import bits_of
from tests.engine.commands.conftest import Command, trained
from tests.engine.commands.test_models import pixels


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained("pixelcnn", tmp_path_factory.mktemp("runs") / "pixels")


@pytest.fixture
def bar(tmp_path: Path) -> Path:
    levels = np.full((8, 8), 30, np.uint8)
    levels[:, 5] = 220
    Pillow.fromarray(levels).save(tmp_path / "bar.png")
    return tmp_path / "bar.png"


def test_the_rest_is_drawn_several_times_around_what_is_given(
    zscape: Command, drawer: Path, bar: Path, tmp_path: Path
) -> None:
    words = ["complete", drawer, bar, "--mask", "lower", "--n", 3]
    answer = zscape(*words, "--out", tmp_path / "a", "--grid", tmp_path / "grid.png")
    assert answer.code == 0, answer.err
    assert (answer.result["given"], answer.result["drawn"]) == (32, 32)
    assert len(answer.result["files"]) == 3
    original = pixels(bar)
    for path in answer.result["files"]:
        assert (pixels(path)[:4] == original[:4]).all()
    again = zscape(*words, "--out", tmp_path / "b")
    assert again.result["sha256_pixels"] == answer.result["sha256_pixels"]
    memory, _ = read_png_memory(Path(answer.result["files"][0]))
    assert memory.recipes[0].known in memory.pictures  # whoever gets the file has the given part, too
    drawn = zscape("render", answer.result["files"][1], "--out", tmp_path / "again.png")
    assert drawn.result["equal"] is True


@pytest.mark.parametrize(
    ("mask", "code"), [("box=1,2", "bad-mask"), ("box=50,50,2,2", "bad-mask"), ("nowhere.png", "missing")]
)
def test_a_bad_mask_is_told(zscape: Command, drawer: Path, bar: Path, tmp_path: Path, mask: str, code: str) -> None:
    answer = zscape("complete", drawer, bar, "--mask", mask, "--out", tmp_path / "made")
    assert (answer.code, answer.error["code"]) == (2, code)
    assert not (tmp_path / "made").exists()


def test_what_cannot_complete_says_so(zscape: Command, model: Path, bar: Path, tmp_path: Path) -> None:
    answer = zscape("complete", model, bar, "--mask", "lower", "--out", tmp_path / "made")
    assert (answer.code, answer.error["code"]) == (2, "cannot-complete")
    answer = zscape("likelihood", model, bar, "--map", tmp_path / "map.png")
    assert (answer.code, answer.error["code"]) == (2, "no-pixels")


def test_likelihood_is_the_models_own_and_its_map_adds_up(
    zscape: Command, drawer: Path, bar: Path, tmp_path: Path
) -> None:
    answer = zscape("likelihood", drawer, bar, "--map", tmp_path / "map.csv")
    opened = open_model_file(str(drawer), torch.device("cpu"))
    direct = finished(bits_of(opened, pixels(bar)))
    assert answer.result["bits_per_dim"] == pytest.approx(direct.bits_per_dim, rel=1e-6)
    numbers = np.loadtxt(tmp_path / "map.csv", delimiter=",")
    assert numbers == pytest.approx(direct.bits, rel=1e-4)
    assert answer.result["bits"] == pytest.approx(numbers.sum(), rel=1e-4)
    zscape("likelihood", drawer, bar, "--map", tmp_path / "map.png")
    coloured = pixels(tmp_path / "map.png")
    assert coloured.shape == (512, 512, 3)
    least, most = np.unravel_index(direct.bits.argmin(), (8, 8)), np.unravel_index(direct.bits.argmax(), (8, 8))
    assert coloured[most[0] * 64, most[1] * 64].sum() > coloured[least[0] * 64, least[1] * 64].sum()


def test_a_family_with_a_bound_tells_it(zscape: Command, model: Path, bar: Path) -> None:
    answer = zscape("likelihood", model, bar)
    assert answer.code == 0
    assert answer.result["bound"] is True
    assert answer.result["bits_per_dim"] > 0


def test_a_model_with_sliders_completes_at_the_place_of_the_given_part(zscape: Command, tmp_path: Path) -> None:
    """Not at a seed's: the sketch there has the bar that is given, whatever stands in the part that is drawn."""
    model = trained("pixelvae", tmp_path / "run", steps=400, width=8, latent=4, rate=0.005, beta=0.2)
    opened = open_model_file(str(model), torch.device("cpu"))
    found = []
    for place in (1, 6):
        for rest in (30, 220):
            levels = np.full((8, 8), 30, np.uint8)
            levels[:, place] = 220
            levels[4:] = rest
            Pillow.fromarray(levels).save(tmp_path / "half.png")
            out = tmp_path / f"{place}-{rest}"
            made = zscape("complete", model, tmp_path / "half.png", "--mask", "lower", "--n", 2, "--out", out)
            recipes = [read_png_memory(Path(file))[0].recipes[0] for file in made.result["files"]]
            assert made.result["place"] == "that of the given part"
            assert recipes[0].point is not None
            assert recipes[0].point == recipes[1].point
            assert recipes[0].seed != recipes[1].seed
            found.append(recipes[0].point)
    assert found[0] == found[1]
    assert found[2] == found[3]
    for place, point in ((1, found[0]), (6, found[2])):
        sketch = opened.family.decode(torch.tensor([point]))[0, 0, :4].mean(0)
        assert abs(int(sketch.argmax()) - place) <= 1
