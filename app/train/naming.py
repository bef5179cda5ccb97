"""Names for runs, and folders for names."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

_LONGEST = 60
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{k}" for k in range(1, 10)), *(f"lpt{k}" for k in range(1, 10))}


def folder_name(name: str) -> str:
    """A name as a folder any system can hold: letters, digits, dots and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-. ").lower()[:_LONGEST].strip("-. ")
    if not slug:
        return "run"
    return f"run-{slug}" if slug.split(".")[0] in _RESERVED else slug


def free_folder(root: Path, name: str) -> Path:
    """A folder in `root` that does not exist yet: faces, faces-2, …"""
    slug = folder_name(name)
    for k in range(1, 10_000):
        path = root / (slug if k == 1 else f"{slug}-{k}")
        try:
            if not path.exists():
                return path
        except OSError:
            break
    return root / slug


def numbered_name(name: str, folder: Path) -> str:
    """The name with the number that its folder got, so that two runs are told apart by their titles too."""
    number = folder.name.removeprefix(folder_name(name)).removeprefix("-")
    return f"{name} {number}" if number.isdecimal() else name


def suggested_name(data_label: str, family_label: str) -> str:
    """Faces · VAE."""
    return " · ".join(part for part in (data_label, family_label) if part)
