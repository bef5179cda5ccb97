"""Sets drawn into a folder: whole, the same for the same seed, in pairs that differ in one thing, or not there."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.datasets.catalogue import describe, open_data
from engine.datasets.faces import pairs
from engine.datasets.faces.factors import ATTRIBUTE_NAMES, FaceTable, sample_factors
from engine.datasets.faces.render import RenderedFaces, factor_mask
from engine.datasets.formats.paths import load_path
from engine.datasets.making import faces as face_files
from engine.datasets.making.colours import coloured, to_oklab
from engine.datasets.making.maps import density_map, points_map
from engine.datasets.making.preview import preview_set
from engine.datasets.making.sets import make_set
from engine.datasets.making.shelf import densities, illustrated, makeables
from engine.datasets.making.words import DERIVED, read_held, read_pair
from engine.datasets.synthetic.glyphs import render_glyphs
from engine.datasets.synthetic.toy import TOYS
from engine.disk import files
from engine.disk.files import BadConfig, Cancelled, LoadError, WriteError, ZscapeError
from engine.machine.work import finished
from engine.protocol.answers import SetMade, SetPreviewed, SetProgressed
from engine.protocol.requests import MakeSet
from engine.protocol.values import Stop


def never() -> bool:
    return False


def drawn(order: MakeSet) -> SetMade:
    *_, last = (event for event in make_set(order, never) if event is not None)
    assert isinstance(last, SetMade)
    return last


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.array(image)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faces that take no time: each person a colour of their own, with the smile in the middle."""

    def draw(table: FaceTable, size: int, *, chunk: int = 16) -> Iterator[RenderedFaces | None]:
        for k in range(len(table)):
            yield None
            image = np.full((1, size, size, 3), table.identity[k, :3] * 200, dtype=np.uint8)
            image[:, size // 2, size // 2] = round(100 * (1 + float(table.columns["smile"][k])))
            yield RenderedFaces(image, np.ones((1, len(ATTRIBUTE_NAMES)), dtype=np.bool_))

    def draw_chunks(table: FaceTable, size: int, *, chunk: int = 16) -> Iterator[RenderedFaces | None]:
        done = list(draw(table, size))
        images = [one for one in done if one is not None]
        yield from [None] * len(images)
        yield RenderedFaces(
            np.concatenate([one.images for one in images]), np.concatenate([one.visible for one in images])
        )

    monkeypatch.setattr(face_files, "render_pieces", draw_chunks)


# ---------------------------------------------------------------- faces and pairs


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("pair", ["", "sketch", "glasses=none:round"])
def test_the_same_seed_draws_the_same_folder(pair: str, tmp_path: Path) -> None:
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        drawn(MakeSet(what="faces", out=tmp_path / name, count=5, size=16, seed=seed, pair=pair))
    first, again, other = (contents(tmp_path / name) for name in "abc")
    assert first == again
    assert first.keys() == other.keys()
    assert first["attributes.csv"] != other["attributes.csv"]


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("pair", [*DERIVED, "smile=-1:1", "glasses=none:round"])
def test_pairs_are_aligned_and_told(pair: str, tmp_path: Path) -> None:
    out = tmp_path / "pairs"
    end = drawn(MakeSet(what="faces", out=out, count=9, size=16, seed=3, pair=pair, held=(("age", 0.5),)))
    told = json.loads((out / "pairs.json").read_text())
    assert (told["schema"], told["pair"], told["pairs"], told["set"]) == (1, pair, 9, {"age": 0.5})
    names = [f"face-{k:05d}.png" for k in range(9)]
    sides = [out / told[side]["folder"] for side in ("from", "to")]
    assert [sorted(path.name for path in side.iterdir()) for side in sides] == [names, names]
    with open(out / "attributes.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == names
    assert (told["attribute"] in rows[0]) is False, "what differs between the two is not said of both"
    assert {row["age"] for row in rows} == {"0.5"}
    people = sample_factors(3, range(9), fixed={"age": 0.5}).identity[:, :3] * 200
    untouched = sides[0] if told["attribute"] else next(side for side in sides if side.name in UNTOUCHED)
    for k, name in enumerate(names):
        assert pixels(untouched / name)[0, 0].tolist() == people[k].astype(np.uint8).tolist(), "the same person"
    shown = pixels(out / "pairs.png")
    assert shown.shape == (2 * 16 + 4, 8 * 16 + 7 * 4, 3)
    assert np.array_equal(shown[:16, 20:36], pixels(sides[0] / names[1]))
    assert np.array_equal(shown[20:, 20:36], pixels(sides[1] / names[1]))
    assert (end.count, end.pair, end.reason) == (9, pair, Stop.COMPLETED)


UNTOUCHED = ("face", "colour", "full-resolution", "day")


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("name", ["sketch", "grey", "low-resolution"])
def test_a_derived_picture_is_made_of_the_one_beside_it(name: str, tmp_path: Path) -> None:
    drawn(MakeSet(what="faces", out=tmp_path / "p", count=3, size=32, pair=name))
    derive = {"sketch": pairs.sketch, "grey": pairs.grey, "low-resolution": lambda x: pairs.low_resolution(x, 4)}[name]
    pair = DERIVED[name]
    for k in range(3):
        whole = pixels(tmp_path / "p" / pair.target.folder / f"face-{k:05d}.png")
        derived = pixels(tmp_path / "p" / pair.source.folder / f"face-{k:05d}.png")
        assert np.array_equal(derived, derive(whole[None])[0])


def test_only_the_wanted_thing_differs_between_real_heads(tmp_path: Path) -> None:
    held = (("glasses", 0.0), ("eyes_open", 0.9), ("beard", 0.0))
    out = tmp_path / "p"
    drawn(MakeSet(what="faces", out=out, count=2, size=32, seed=8, pair="smile=-1:1", held=held))
    table = sample_factors(8, range(2), fixed=dict(held))
    for k in range(2):
        low, high = (pixels(out / f"smile={value}" / f"face-{k:05d}.png").astype(int) for value in ("-1", "1"))
        mask = factor_mask(table.row(k), "smile", 32)
        assert np.abs(low - high)[mask].max() > 20
        assert np.abs(low - high)[~mask].max(initial=0) == 0


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("cartoon", "“cartoon” is not a pair; write one of sketch, grey, low-resolution, evening, or an attribute"),
        ("glasses=none", "is not a pair"), ("glasses=none:", "is not a pair"), (":", "is not a pair"),
        ("grin=0:1", "attributes are yaw, pitch"), ("smile=-1:2", "Smile must lie between -1 and 1, not 2."),
        ("smile=a:b", "is not a setting; write ATTRIBUTE=FROM:TO"), ("smile=1:1", "changes nothing"),
        ("glasses=none:0", "changes nothing"), ("glasses=none:0.5", "in whole numbers"), ("smile=0:nan", "must lie"),
    ],
)  # fmt: skip
def test_a_pair_that_is_none_is_one_sentence(word: str, sentence: str) -> None:
    with pytest.raises(BadConfig) as caught:
        read_pair(word)
    assert sentence in caught.value.sentence
    assert caught.value.sentence.endswith(".")
    assert "\n" not in caught.value.sentence


def test_categories_go_by_name_or_number() -> None:
    assert read_held(["glasses=sun", "beard=1", "smile=0.5"]) == {"glasses": 3.0, "beard": 1.0, "smile": 0.5}
    assert read_pair("glasses=0:1").name == read_pair("glasses=none:round").name == "glasses=none:round"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"what": "ring", "pair": "sketch"}, "Only faces"), ({"what": "glyphs", "correlated": True}, "Only faces"),
        ({"what": "ring", "held": (("smile", 1.0),)}, "Only faces"), ({"what": "glyphs", "size": 32}, "at 28 pixels"),
        ({"what": "ring", "size": 8}, "between 64 and 2048"), ({"count": 0}, "between 1 and 1000000"),
        ({"size": 513}, "between 16 and 512"), ({"held": (("grin", 1.0),)}, "Unknown attribute 'grin'"),
        ({"pair": "smile=-1:1", "held": (("smile", 0.0),)}, "cannot be held still and change"),
        ({"pair": "low-resolution", "size": 30}, "must divide by 4"), ({"what": "cat"}, "choose one of faces, glyphs"),
        ({"seed": -1}, "--seed -1"),
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_is_one_sentence_and_nothing_is_begun(
    changed: dict, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(BadConfig) as caught:
        make_set(MakeSet(**{"what": "faces", "out": tmp_path / "out", "count": 2, **changed}), never)
    assert sentence in caught.value.sentence
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- the folder


def test_nothing_of_somebody_else_is_replaced(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("dear")
    for out in (precious, precious / "letter.txt"):
        with pytest.raises(ZscapeError, match="already there"):
            make_set(MakeSet(what="glyphs", out=out, count=2), never)
    assert (precious / "letter.txt").read_text() == "dear"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert drawn(MakeSet(what="glyphs", out=empty, count=2)).count == 2


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("pair", ["", "evening"])
def test_what_is_stopped_is_kept_and_whole(pair: str, tmp_path: Path) -> None:
    stop = [False]
    events = make_set(MakeSet(what="faces", out=tmp_path / "f", count=100, size=64, pair=pair), lambda: stop[0])
    for event in events:
        if isinstance(event, SetProgressed):
            stop[0] = True
        last = event
    assert isinstance(last, SetMade)
    assert (last.reason, last.asked) == (Stop.STOPPED, 100)
    assert 0 < last.count < 100
    lines = (tmp_path / "f" / "attributes.csv").read_text().splitlines()
    assert len(lines) == last.count + 1
    assert len(list((tmp_path / "f").rglob("face-*.png"))) == last.count * (2 if pair else 1)
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("what", ["faces", "glyphs", "ring"])
def test_what_is_stopped_before_anything_was_drawn_leaves_nothing(what: str, tmp_path: Path) -> None:
    with pytest.raises(Cancelled, match="nothing was written"):
        list(make_set(MakeSet(what=what, out=tmp_path / "f", count=100), lambda: True))
    assert list(tmp_path.iterdir()) == []


def test_what_is_left_alone_half_way_leaves_nothing(tmp_path: Path) -> None:
    events = make_set(MakeSet(what="glyphs", out=tmp_path / "f", count=300), never)
    next(events)
    assert list(tmp_path.iterdir()), "it is being made beside its place"
    events.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("what", ["faces", "glyphs", "ring"])
@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EIO, "reports an error")])
@pytest.mark.parametrize("ending", [".png", "attributes.csv", "replace"])
def test_a_disk_that_fails_is_one_sentence_and_nothing_is_left(
    what: str, number: int, words: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(moment: str, where: str) -> None:
        if moment == ending or (moment == "write" and where.endswith(ending)):
            raise OSError(number, os.strerror(number))

    if what != "faces" and ending == "attributes.csv":
        ending = ".csv"
    monkeypatch.setattr(files, "write_moment", fail)
    with pytest.raises(WriteError) as caught:
        drawn(MakeSet(what=what, out=tmp_path / "mine", count=3))
    assert words in caught.value.sentence
    assert "\n" not in caught.value.sentence
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_known_before_the_work_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("usage", (), {"free": 20 << 20})
    monkeypatch.setattr("engine.datasets.making.folder.shutil.disk_usage", lambda _path: usage)
    with pytest.raises(ZscapeError, match=r"needs about 8\.3 GB, but only 21 MB are free") as caught:
        make_set(MakeSet(what="faces", out=tmp_path / "f", count=1_000_000), never)
    assert caught.value.code == "disk-full"


# ---------------------------------------------------------------- glyphs


def test_glyphs_are_read_back_with_their_labels(tmp_path: Path) -> None:
    drawn(MakeSet(what="glyphs", out=tmp_path / "g", count=130, seed=6))
    with open(tmp_path / "g" / "labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    whole = render_glyphs(6, np.arange(130))
    assert [int(row["label"]) for row in rows] == [k % 10 for k in range(130)]
    for k in (0, 57, 129):
        assert np.array_equal(pixels(tmp_path / "g" / rows[k]["file"]), whole[k])
    loaded = finished(load_path(tmp_path / "g", 28))
    assert loaded.store.classes == tuple("0123456789")
    assert [f"{label}" for label in loaded.store.labels.tolist()] == [file.split("/")[0] for file in loaded.files]
    assert loaded.store.channels == 1


# ---------------------------------------------------------------- densities


@pytest.mark.parametrize("name", TOYS)
def test_points_come_with_their_exact_log_density(name: str, tmp_path: Path) -> None:
    toy = TOYS[name]
    end = drawn(MakeSet(what=name, out=tmp_path / "d", count=400, seed=9, size=64))
    table = np.loadtxt(tmp_path / "d" / "points.csv", delimiter=",", skiprows=1)
    assert (tmp_path / "d" / "points.csv").read_text().splitlines()[0] == ("x,y,"[: 2 * toy.dimensions] + "log_density")
    points = torch.from_numpy(table[:, :-1])
    assert torch.equal(points.float(), toy.sample(400, torch.Generator().manual_seed(9)))
    assert np.allclose(table[:, -1], toy.log_density(points).numpy(), rtol=1e-11, atol=1e-11)
    about = json.loads((tmp_path / "d" / "density.json").read_text())
    assert (about["density"], about["dimensions"], about["points"], about["seed"]) == (name, toy.dimensions, 400, 9)
    for picture in ("density.png", "points.png"):
        assert pixels(tmp_path / "d" / picture).shape == (64, 64, 3)
    assert (end.count, end.dimensions, end.size) == (400, toy.dimensions, 64)


@pytest.mark.parametrize("name", [name for name, toy in TOYS.items() if toy.dimensions == 2])
def test_a_map_is_bright_where_the_density_is_high_and_the_right_way_up(name: str) -> None:
    toy, size = TOYS[name], 64
    lightness = to_oklab(density_map(toy, size).reshape(-1, 3) / 255)[:, 0].reshape(size, size)
    line = (np.arange(size) + 0.5) / size * 2 * toy.extent - toy.extent
    across, up = np.meshgrid(line, line[::-1])
    p = toy.log_density(torch.from_numpy(np.stack([across.ravel(), up.ravel()], 1))).exp().numpy().reshape(size, size)
    assert np.corrcoef(lightness.ravel(), p.ravel())[0, 1] > 0.8
    points = toy.sample(3000, torch.Generator().manual_seed(1))
    dots = to_oklab(points_map(toy, points, size).reshape(-1, 3) / 255)[:, 0].reshape(size, size)
    assert dots[p > 0.3 * p.max()].mean() > dots[p < 1e-6].mean() + 0.2


def test_one_dimension_stands_up_from_the_floor() -> None:
    toy = TOYS["mixture-1d"]
    for picture in (density_map(toy, 96), points_map(toy, toy.sample(2000, torch.Generator().manual_seed(1)), 96)):
        lightness = to_oklab(picture.reshape(-1, 3) / 255)[:, 0].reshape(96, 96)
        p = toy.log_density((torch.arange(96.0)[:, None] + 0.5) / 96 * 2 * toy.extent - toy.extent).exp().numpy()
        assert np.corrcoef((lightness > 0.25).sum(0), p)[0, 1] > 0.75
        assert (lightness[:4] < 0.2).all(), "the highest hill has air above it"


def test_equal_steps_look_equally_large_and_always_lighter() -> None:
    lab = to_oklab(coloured(np.linspace(0, 1, 17)) / 255)
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    assert steps.max() < 1.15 * steps.min()
    assert (np.diff(lab[:, 0]) > 0).all()
    assert coloured(np.array([np.nan, -1.0, 2.0])).shape == (3, 3)


def test_a_density_is_listed_and_refused_as_pictures(tmp_path: Path) -> None:
    listed = {entry.name: entry for entry in densities(thumbnails=True)}
    assert list(listed) == list(TOYS)
    ring = listed["ring"]
    assert (ring.kind, ring.dimensions, ring.images) == ("density", 2, 0)
    assert ring.thumbnail is not None
    assert not any(entry.kind == "density" for entry in describe(tmp_path)), "the window offers them for no training"
    for source in ("bundled:ring", "ring"):
        with pytest.raises(LoadError, match="is a density, not a set of pictures; draw points of it with"):
            finished(open_data(source, home=tmp_path))
    drawn(MakeSet(what="ring", out=tmp_path / "d", count=5, size=64))
    with pytest.raises(LoadError, match="holds points of a density"):
        finished(open_data(str(tmp_path / "d"), home=tmp_path))


# ---------------------------------------------------------------- descriptions and previews


@pytest.mark.usefixtures("quickly")
def test_pairs_are_read_back_as_pairs_without_their_strip(tmp_path: Path) -> None:
    drawn(MakeSet(what="faces", out=tmp_path / "p", count=6, size=16, pair="grey"))
    store = finished(load_path(tmp_path / "p", 16)).store
    assert (len(store), store.classes, store.is_paired) == (6, (), True)
    assert store.sources is not None
    assert torch.equal(store.sources[:, 0], store.sources[:, 2])
    assert not torch.equal(store.pictures[:, 0], store.pictures[:, 2]), "grey becomes colour"
    assert len(store.attributes["smile"]) == 6


def test_everything_that_can_be_drawn_is_described_with_a_picture() -> None:
    entries = {entry.name: entry for entry in illustrated()}
    assert list(entries) == list(makeables()) == ["faces", "glyphs", *TOYS]
    assert all(entry.thumbnail is not None and entry.cost.seconds_for(10, 64) > 0 for entry in entries.values())
    faces = entries["faces"]
    assert tuple(field.name for field in faces.attributes) == ATTRIBUTE_NAMES
    assert {pair.name: pair.traced for pair in faces.pairs} == {
        "sketch": 1, "grey": 1, "low-resolution": 1, "evening": 2,
    }  # fmt: skip
    assert faces.cost.bytes_for(10, 128) > 2 * faces.cost.bytes_for(10, 64)


@pytest.mark.parametrize("name", TOYS)
def test_the_disk_space_of_a_density_counts_its_two_pictures(name: str, tmp_path: Path) -> None:
    out = tmp_path / name
    for _ in make_set(MakeSet(what=name, out=out, count=2000, size=512, seed=0), lambda: False):
        pass
    held = sum(path.stat().st_size for path in out.iterdir())
    assert 0.6 < makeables()[name].cost.bytes_for(2000, 512) / held < 1.7


@pytest.mark.parametrize(
    ("order", "shape"),
    [
        ({"what": "faces", "count": 3}, (3, 4, 1)), ({"what": "faces", "count": 50, "pair": "sketch"}, (8, 4, 2)),
        ({"what": "glyphs", "count": 500}, (32, 8, 1)), ({"what": "spiral", "count": 500}, (2, 2, 1)),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("quickly")
def test_a_preview_shows_the_first_of_what_would_be_drawn(order: dict, shape: tuple[int, ...], tmp_path: Path) -> None:
    whole = MakeSet(**{"out": tmp_path / "f", "seed": 2, "size": 0 if order["what"] == "glyphs" else 64, **order})
    told = [event for event in preview_set(whole, 7) if event is not None]
    last = told[-1]
    assert all(isinstance(event, SetPreviewed) and event.ticket == 7 for event in told)
    assert [event.final for event in told] == [False] * (len(told) - 1) + [True]
    assert (len(last.images), last.columns, last.stacked) == shape
    assert all(image.shape[2] == 3 and not image.flags.writeable for image in last.images)
    assert not (tmp_path / "f").exists()
    if order["what"] == "faces":
        drawn(whole)
        folders = ["sketch", "face"] if "pair" in order else [""]
        for k, image in enumerate(last.images):
            name = f"face-{k // len(folders):05d}.png"
            assert np.array_equal(image, pixels(tmp_path / "f" / folders[k % len(folders)] / name))
