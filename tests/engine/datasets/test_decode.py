"""One picture file at a time: every mode reads right, every bad file is one sentence that names it."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.datasets.formats import decode
from engine.datasets.formats.decode import read_picture
from engine.disk.files import LoadError


def _saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def _levels(path: Path, size: int = 16) -> np.ndarray:
    return read_picture(path, size).pixels.astype(int)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_a_white_and_a_black_half_stay_white_and_black_in_every_mode(tmp_path: Path, mode: str) -> None:
    half = Image.new("L", (32, 32), 0)
    half.paste(255, (0, 0, 16, 32))
    path = tmp_path / ("x.tif" if mode in ("CMYK", "I", "F", "PA", "LA") else "x.png")
    match mode:
        case "I;16" | "I":
            image = Image.fromarray(np.asarray(half).astype(np.uint16 if mode == "I;16" else np.int32) * 257)
        case "F":
            image = Image.fromarray(np.asarray(half).astype(np.float32) / 255)
        case "PA":
            image, path = half.convert("RGBA").convert("P"), tmp_path / "x.png"
        case _:
            image = half.convert("RGB").convert(mode)
    pixels = _levels(_saved(path, image))
    assert pixels.shape == (16, 16, 3)
    assert pixels[:, :6].min() > 235
    assert pixels[:, 10:].max() < 30


def test_sixteen_bits_are_scaled_by_their_range_and_not_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)
    pixels = _levels(_saved(tmp_path / "x.png", Image.fromarray(ramp)), 32)[..., 0]
    assert np.abs(pixels - ramp / 257).max() <= 1
    dim = np.full((16, 16), 300, dtype=np.uint16)
    assert _levels(_saved(tmp_path / "dim.png", Image.fromarray(dim))).max() == 1


def test_a_large_picture_of_numbers_is_shrunk_before_it_is_scaled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ramp = np.linspace(0, 65535, 64 * 48).reshape(64, 48)
    for name, values in (("a.png", ramp.astype(np.uint16)), ("b.tif", (ramp / 65535).astype(np.float32))):
        path = _saved(tmp_path / name, Image.fromarray(values))
        plain = _levels(path)
        monkeypatch.setattr(decode, "_LARGE", 100)
        assert np.abs(_levels(path) - plain).max() <= 1
        monkeypatch.undo()


def test_floats_that_are_no_numbers_are_black(tmp_path: Path) -> None:
    values = np.full((16, 16), np.nan, dtype=np.float32)
    values[8:] = 1.0
    pixels = _levels(_saved(tmp_path / "x.tif", Image.fromarray(values)))
    assert (pixels[:6].max(), pixels[10:].min()) == (0, 255)


def test_transparency_shows_white_in_colour_and_palette(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    assert _levels(_saved(tmp_path / "a.png", clear)).min() == 255
    palette = Image.new("P", (16, 16), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    assert _levels(_saved(tmp_path / "b.png", palette, transparency=1)).min() == 255
    assert (
        _levels(_saved(tmp_path / "c.png", Image.new("RGB", (16, 16), (1, 2, 3)), transparency=(1, 2, 3))).min() == 255
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_shown_upright(tmp_path: Path, orientation: int) -> None:
    upright = Image.new("RGB", (40, 40), (0, 0, 0))
    upright.paste((255, 0, 0), (0, 0, 20, 20))
    upright.paste((0, 0, 255), (20, 0, 40, 20))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = _levels(_saved(tmp_path / "x.png", stored, exif=exif))
    assert pixels[3, 3].tolist() == [255, 0, 0]
    assert pixels[3, 12].tolist() == [0, 0, 255]
    assert pixels[12, 3].tolist() == [0, 0, 0]


def test_the_first_frame_of_an_animation_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ((255, 0, 0), (0, 255, 0))]
    for name in ("x.gif", "x.webp", "x.png", "x.tif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        red, green, _ = _levels(tmp_path / name)[8, 8]
        assert red > 200
        assert green < 40


def test_the_centre_square_is_cut_from_an_oblong(tmp_path: Path) -> None:
    wide = Image.new("RGB", (60, 20), (255, 0, 0))
    wide.paste((0, 255, 0), (20, 0, 40, 20))
    pixels = _levels(_saved(tmp_path / "x.png", wide))
    assert pixels[:, 2:-2, 1].min() == 255
    assert pixels[:, 2:-2, 0].max() == 0


def test_grey_files_are_told_from_coloured_ones(tmp_path: Path) -> None:
    assert read_picture(_saved(tmp_path / "g.png", Image.new("L", (16, 16), 9)), 16).grey
    assert not read_picture(_saved(tmp_path / "c.png", Image.new("RGB", (16, 16), (9, 9, 9))), 16).grey


def test_the_name_does_not_decide_the_format(tmp_path: Path) -> None:
    Image.new("RGB", (16, 16), (10, 200, 30)).save(tmp_path / "x", "PNG")
    (tmp_path / "x").rename(tmp_path / "x.jpg")
    assert _levels(tmp_path / "x.jpg")[4, 4].tolist() == [10, 200, 30]


def _png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in ((b"IHDR", header), *chunks, (b"IEND", b"")))


def _bad_files() -> dict[str, bytes]:
    good = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(good, "PNG")
    jpeg = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(jpeg, "JPEG")
    return {
        "nothing": b"",
        "text": b"hello, this is no picture",
        "page": b"<!DOCTYPE html><html></html>",
        "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "cut": good.getvalue()[: len(good.getvalue()) // 2],
        "cut-jpeg": jpeg.getvalue()[: len(jpeg.getvalue()) // 2],
        "header-only": good.getvalue()[:33],
        "magic-only": b"\x89PNG\r\n\x1a\n",
        "noise": np.random.default_rng(1).bytes(5000),
        "bomb": _png(50_000, 50_000, (b"IDAT", zlib.compress(b"\0" * 1000))),
        "claims": _png(2**31 - 1, 2**31 - 1),
        "text-bomb": _png(64, 64, (b"zTXt", b"a\0\0" + zlib.compress(b"\0" * (1 << 26)))),
        "one-pixel": _png(1, 1, (b"IDAT", zlib.compress(b"\0\0\0\0"))),
        "thin": _png(1, 10_000, (b"IDAT", zlib.compress(b"\0\0\0\0" * 10_000))),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\nshowpage\n",
        "document": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
        "pgm-cut": b"P5\n32 32\n255\n" + bytes(32 * 31),
        "pgm-cut-text": b"P2\n32 32\n255\n" + b"7 " * 1023,
        "pgm-cut-wide": b"P5 32 32 65535\n" + bytes(32 * 32 * 2 - 1),
        "pgm-header-only": b"P5\n32 32\n255",
        "pgm-claims": b"P5\n999999999 999999999\n255\n" + bytes(100),
        "pgm-flat": b"P5\n0 0\n255\n",
        "pgm-thin": b"P2\n1 4096\n255\n" + b"7 " * 4096,
        "pgm-no-white": b"P5\n32 32\n0\n" + bytes(1024),
        "pgm-too-white": b"P5\n32 32\n65536\n" + bytes(4096),
        "pgm-below-black": b"P2\n32 32\n255\n" + b"-7 " * 1024,
        "pgm-past-white": b"P2\n32 32\n255\n" + b"99999999999999999999 " * 1024,
        "pgm-words": b"P2\n32 32\n255\n" + b"seven " * 1024,
        "pgm-long-number": b"P5\n" + b"3" * 5000 + b" 32\n255\n",
        "pgm-comments": b"P5\n" + b"# never ends\n" * 10_000,
        "ppm-cut": b"P6\n32 32\n255\n" + bytes(32 * 32 * 3 - 1),
        "photoshop": b"8BPS\0\x01" + b"\0" * 200,
    }


@pytest.mark.parametrize("kind", _bad_files())
def test_a_bad_file_is_one_sentence_that_names_it(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    path = tmp_path / f"{kind}.jpg"
    path.write_bytes(_bad_files()[kind])
    with pytest.raises(LoadError) as caught:
        read_picture(path, 32)
    assert f"{kind}.jpg" in caught.value.sentence
    assert caught.value.path == str(path)
    assert caught.value.sentence.count("\n") == 0


def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.png", "self.png", "folder.png", "missing.png", "n\0ul.png", "x" * 300):
        with pytest.raises(LoadError):
            read_picture(str(tmp_path / name), 16)


def test_a_file_larger_than_is_read_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "FILE_LIMIT", 100)
    with pytest.raises(LoadError, match="larger than"):
        read_picture(_saved(tmp_path / "x.bmp", Image.new("RGB", (32, 32))), 16)


def _netpbm(kind: int, white: int, levels: np.ndarray, between: bytes = b"\n") -> bytes:
    """A PGM or PPM as others write it; `levels` from 0 to 1."""
    values = np.rint(levels * white).astype(int)
    front = b"P%d%b%d %d%b%d\n" % (kind, between, levels.shape[1], levels.shape[0], between, white)
    if kind in (2, 3):
        return front + b"\n".join(b"%d" % value for value in values.reshape(-1))
    return front + values.astype(">u2" if white > 255 else np.uint8).tobytes()


@pytest.mark.parametrize("white", [1, 15, 255, 1000, 65535])
@pytest.mark.parametrize("kind", [2, 3, 5, 6])
def test_pgm_and_ppm_are_read_in_their_own_range(tmp_path: Path, kind: int, white: int) -> None:
    """They were refused, and half of the old face sets are kept in them."""
    random = np.random.default_rng(4)
    levels = random.integers(0, white + 1, (16, 16, 3) if kind in (3, 6) else (16, 16)) / white
    path = tmp_path / "x.png"  # the name does not decide
    path.write_bytes(_netpbm(kind, white, levels))
    wanted = 255 * np.broadcast_to(levels if kind in (3, 6) else levels[..., None], (16, 16, 3))
    assert np.abs(_levels(path) - wanted).max() <= 0.51
    assert read_picture(path, 16).grey == (kind in (2, 5))


def test_a_dark_picture_of_sixteen_bits_stays_dark(tmp_path: Path) -> None:
    (tmp_path / "x.pgm").write_bytes(_netpbm(5, 65535, np.full((16, 16), 200 / 65535)))
    assert _levels(tmp_path / "x.pgm").max() == 1


@pytest.mark.parametrize("kind", [2, 5])
def test_comments_stand_anywhere_in_the_header(tmp_path: Path, kind: int) -> None:
    (tmp_path / "x.pgm").write_bytes(_netpbm(kind, 255, np.full((16, 20), 1.0), b" # by hand 3 4 5\r\n\t"))
    assert _levels(tmp_path / "x.pgm").min() == 255
    if kind == 2:
        content = _netpbm(2, 255, np.full((16, 20), 1.0)).replace(b"\n255\n255\n", b"\n255 # white\n255\n", 1)
        (tmp_path / "x.pgm").write_bytes(content)
        assert _levels(tmp_path / "x.pgm").min() == 255


def test_it_reads_what_pillow_writes(tmp_path: Path) -> None:
    grey = Image.fromarray(np.random.default_rng(2).integers(0, 256, (16, 16), dtype=np.uint8))
    for image, name in ((grey, "x.pgm"), (grey.convert("RGB"), "x.ppm")):
        assert np.array_equal(_levels(_saved(tmp_path / name, image))[..., 0], np.asarray(grey))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.filterwarnings("ignore")
def test_any_damage_to_any_format_reads_or_is_a_load_error(tmp_path: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"]))
    content = io.BytesIO()
    image = Image.fromarray(np.random.default_rng(3).integers(0, 256, (24, 24, 3), dtype=np.uint8))
    image.save(content, kind, **({"compression": "tiff_lzw"} if kind == "TIFF" else {}))
    raw = bytearray(content.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, min(len(raw) - 1, 600)))] = data.draw(st.integers(0, 255))
    del raw[data.draw(st.integers(len(raw) // 2, len(raw))) :]
    path = tmp_path / "x.png"
    path.write_bytes(raw)
    with contextlib.suppress(LoadError):
        assert read_picture(path, 16).pixels.shape == (16, 16, 3)
