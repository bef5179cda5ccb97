"""What is read back from a file that may be an exported picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image as Pillow

from engine.disk.files import LoadError
from engine.disk.recipes import Memory, known_as, memory_text, read_memory
from engine.opened.export import read_png_memory
from engine.protocol.values import Recipe


@pytest.mark.parametrize("content", [b"dear diary,\n", b"<html></html>", b"\0" * 100, b"P5\n"])
def test_what_is_no_picture_is_not_called_one(tmp_path: Path, content: bytes) -> None:
    """A text file named .png was “a picture without a recipe”, which could then be looked for in the model."""
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(LoadError, match="is not a picture that is read here") as caught:
        read_png_memory(path)
    assert caught.value.code == "bad-picture"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "PPM"])
def test_a_picture_of_another_hand_has_no_recipe(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.png"
    Pillow.new("RGB", (16, 16)).save(path, kind)
    with pytest.raises(LoadError, match="carries no recipe") as caught:
        read_png_memory(path)
    assert caught.value.code == "no-recipe"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("faces", "faces"),
        ("/home/ada/zscape/resources/models/faces.safetensors", "faces.safetensors"),
        ("/home/ada/runs/mine/model.safetensors", "mine"),
        ("/home/ada/runs/mine/", "mine"),
        ("runs/mine/snapshots/0000500.safetensors", "0000500.safetensors"),
        ("C:\\Users\\Ada\\runs\\mine\\model.safetensors", "mine"),
        ("~/mine", "mine"),
        ("../model.safetensors", "model.safetensors"),
        ("/", ""),
        ("", ""),
    ],
)
def test_a_picture_names_its_model_and_not_where_it_lies(source: str, name: str) -> None:
    assert known_as(source) == name
    text = memory_text(Memory(recipes=(Recipe(model="f"),), source=source))
    assert json.loads(text)["source"] == name
    memory = read_memory(text)
    assert memory is not None
    assert memory.source == name
