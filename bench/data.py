"""P11 and what lies around it: folders of pictures, shipped faces, drawn glyphs, rendered faces, batches."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, Options, figure, probe

JPEG_PX = 256
JPEG_KINDS = 100
"""So many different photographs are made; a folder holds each of them many times over."""


def run(options: Options) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for case, (measure, usual) in CASES.items():
            if options.wants(case):
                home = Path(folder) / case
                home.mkdir()
                answers = [
                    probe("bench.data", case, str(home / str(k)), "quick" if options.quick else "")
                    for k in range(options.repeats(usual))
                ]
                figures += measure({name: [answer[name] for answer in answers] for name in answers[0]})
    return figures


Values = dict[str, list[float]]
_FOLDER = f"{JPEG_PX} px JPEGs to a 64 px store"


def _folder(values: Values) -> list[Figure]:
    count = int(values["images"][0])
    return [
        figure(
            "P11", "folder", "prepare", values["rate"], "img/s", bar=400, better="higher", note=f"{count} {_FOLDER}"
        ),
        figure(
            "P11", "folder", "prepare_core", values["core_rate"], "img/s", better="higher",
            note="a second of one core, however busy the machine is",
        ),
        figure("P11", "folder", "open_again", values["open_s"], "s", bar=0.3, note=f"{count} pictures"),
        figure("P11", "folder", "memory", values["memory_mb"], "MB", note="peak of the process, torch included"),
    ]  # fmt: skip


def _faces(values: Values) -> list[Figure]:
    return [
        figure("D1", "faces", "first_open", values["first_s"], "s", bar=10, note="12 000 unpacked from shards"),
        figure("D1", "faces", "first_open_cpu", values["first_cpu_s"], "s", note="the same in processor time"),
        figure("D1", "faces", "open_again", values["open_s"], "s", bar=0.3),
        figure("D1", "faces", "shipped", values["shipped_mb"], "MB", bar=12),
        figure("D1", "faces", "kept", values["kept_mb"], "MB", note="on disk, once unpacked"),
    ]  # fmt: skip


def _render(values: Values) -> list[Figure]:
    return [
        figure(
            "D2", "render", f"rate_{size}px", values[f"rate_{size}"], "img/s", bar=bar, better="higher", note="a core"
        )
        for size, bar in ((64, 4.0), (128, None))
    ]


def _glyphs(values: Values) -> list[Figure]:
    return [
        figure("D3", "glyphs", "draw", values["draw_s"], "s", note="12 000 drawn at first use"),
        figure("D3", "glyphs", "open_again", values["open_s"], "s", bar=0.3),
    ]


def _batches(values: Values) -> list[Figure]:
    return [figure("D4", "batches", "batch_64", values["batch_ms"], "ms", note="64 of 64 px, bytes to numbers")]


CASES: dict[str, tuple[Callable[[Values], list[Figure]], int]] = {
    "folder": (_folder, 3),
    "faces": (_faces, 3),
    "render": (_render, 3),
    "glyphs": (_glyphs, 3),
    "batches": (_batches, 5),
}
"""Each case with what it reports and how often it is usually measured."""


# ---------------------------------------------------------------- in fresh processes


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _make_jpegs(folder: Path, count: int) -> None:
    """Pictures with the detail of photographs: smooth shapes, and grain."""
    import io

    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    contents = []
    for _ in range(JPEG_KINDS):
        shapes = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)).resize((JPEG_PX, JPEG_PX))
        grain = rng.integers(-6, 7, (JPEG_PX, JPEG_PX, 3))
        picture = (np.asarray(shapes).astype(int) + grain).clip(0, 255).astype(np.uint8)
        content = io.BytesIO()
        Image.fromarray(picture).save(content, "JPEG", quality=88)
        contents.append(content.getvalue())
    for k in range(count):
        (folder / f"{k:05d}.jpg").write_bytes(contents[k % JPEG_KINDS])


def _measure_folder(home: Path, quick: bool) -> dict[str, float]:
    import resource

    from engine.datasets.catalogue import open_data
    from engine.machine.work import finished

    count = 1500 if quick else 10_000
    pictures = home / "pictures"
    _make_jpegs(pictures, count)
    cpu = time.process_time()
    first = _seconds(lambda: finished(open_data(str(pictures), home=home)))
    cpu = time.process_time() - cpu
    again = _seconds(lambda: finished(open_data(str(pictures), home=home)))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"images": count, "rate": count / first, "core_rate": count / cpu, "open_s": again, "memory_mb": peak_mb}


def _measure_known(name: str, home: Path) -> tuple[float, float]:
    """Seconds to open a set for the first time, and again."""
    from engine.datasets.catalogue import open_data
    from engine.machine.work import finished

    return _seconds(lambda: finished(open_data(name, home=home))), _seconds(
        lambda: finished(open_data(name, home=home))
    )


def _measure_faces(home: Path, quick: bool) -> dict[str, float]:
    from engine.datasets.catalogue import FACES

    cpu = time.process_time()
    first, again = _measure_known("faces", home)
    cpu = time.process_time() - cpu
    kept = sum(path.stat().st_size for path in (home / "cache").rglob("*") if path.is_file()) / 1e6
    shipped = sum(path.stat().st_size for path in FACES.iterdir()) / 1e6
    return {"first_s": first, "first_cpu_s": cpu, "open_s": again, "shipped_mb": shipped, "kept_mb": kept}


def _measure_glyphs(home: Path, quick: bool) -> dict[str, float]:
    first, again = _measure_known("glyphs", home)
    return {"draw_s": first, "open_s": again}


def _measure_render(home: Path, quick: bool) -> dict[str, float]:
    import torch

    from engine.datasets.faces.factors import sample_factors
    from engine.datasets.faces.render import render_faces

    torch.set_num_threads(1)
    rates = {}
    for size, count in ((64, 24), (128, 8)) if quick else ((64, 96), (128, 32)):
        list(render_faces(sample_factors(9, range(4)), size))
        began = time.perf_counter()
        list(render_faces(sample_factors(1, range(count)), size))
        rates[f"rate_{size}"] = count / (time.perf_counter() - began)
    return rates


def _measure_batches(home: Path, quick: bool) -> dict[str, float]:
    import torch

    from engine.datasets.batches import batch, batch_indices

    torch.set_num_threads(1)
    pictures = torch.zeros((6000, 3, 64, 64), dtype=torch.uint8)
    steps = 50 if quick else 300

    def work() -> None:
        for step in range(steps):
            batch(pictures, batch_indices(len(pictures), 64, seed=0, step=step))

    work()
    return {"batch_ms": 1000 * _seconds(work) / steps}


_MEASURES = {
    "folder": _measure_folder,
    "faces": _measure_faces,
    "render": _measure_render,
    "glyphs": _measure_glyphs,
    "batches": _measure_batches,
}


if __name__ == "__main__":
    print(json.dumps(_MEASURES[sys.argv[1]](Path(sys.argv[2]), sys.argv[3] == "quick")), flush=True)
