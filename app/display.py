"""Whether a window can be opened here, asked before Qt is: it would abort the process instead of answering."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import socket
import sys
from pathlib import Path

APT = "install them with:  apt-get install"
PACKAGES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}


def complaint() -> str:
    """Why no window can be opened, in one sentence; empty when nothing speaks against it."""
    if trouble := _version_trouble():
        return trouble
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "xcb").split(":")[0] not in ("xcb", "wayland"):
        return ""
    wayland, display = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("DISPLAY", "")
    if not wayland and not display:
        return (
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); the headless commands work"
            " without one: see  zscape --help."
        )
    if wayland and _answers(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/run")) / wayland)):
        return ""
    if not display or not x_answers(display):
        return f"The display “{display or wayland}” cannot be reached; the headless commands work without one."
    return _library_trouble()


def import_complaint(error: ImportError | OSError) -> str:
    """Why Qt could not be loaded, with every package that is missing, so that one command is enough."""
    packages = [package for library, package in PACKAGES.items() if library in str(error) or not _loads(library)]
    if packages:
        return f"Qt needs system libraries that are missing: {APT} {' '.join(packages)}"
    return f"Qt cannot be loaded: {error}"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def x_answers(display: str) -> bool:
    """True if an X server listens at DISPLAY."""
    match = re.fullmatch(r"(?:unix)?(?P<host>[^/]*?):(?P<number>\d+)(?:\.\d+)?", display)
    if match is None:
        return True  # an unusual address (macOS has paths): let Qt try
    number = int(match["number"])
    if match["host"]:
        try:
            socket.create_connection((match["host"], 6000 + number), timeout=2).close()
        except OSError:
            return False
        return True
    path = f"/tmp/.X11-unix/X{number}"
    return _answers(f"\0{path}") or _answers(path)


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(path)
        except (OSError, ValueError):
            return False
    return True


def _qt_folders() -> list[Path]:
    spec = importlib.util.find_spec("PySide6")
    return [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec is not None else []


def _library_trouble() -> str:
    """Load what Qt will load to speak to the X server: where that fails, Qt aborts and names the wrong library."""
    for folder in _qt_folders():
        plugin = folder / "Qt" / "plugins" / "platforms" / "libqxcb.so"
        if plugin.exists():
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:
                return import_complaint(error)
    return ""


def _version_trouble() -> str:
    """Asked of the folders beside Qt's own: importlib.metadata would tell too, and takes 35 ms of every start."""
    if sys.version_info >= (3, 12):
        return ""
    beside = {path.name.lower() for folder in _qt_folders() for path in folder.parent.glob("*.dist-info")}
    if "pyside6_essentials-6.12.0.dist-info" in beside:
        return (
            "PySide6 6.12.0 aborts Python versions before 3.12 within seconds: install another one"
            " (pip install 'PySide6-Essentials!=6.12.0') or use Python 3.12."
        )
    return ""
