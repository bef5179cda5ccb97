"""Whether a window can be opened here, asked before Qt is: it would abort the process instead of answering."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from importlib import metadata
from pathlib import Path

APT = "install it with:  apt-get install"
PACKAGES = {
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


def import_complaint(error: ImportError) -> str:
    """Why Qt could not be loaded, with the package that is missing."""
    for library, package in PACKAGES.items():
        if library in str(error):
            return f"Qt needs {library}, which is missing: {APT} {package}"
    return f"Qt cannot be loaded: {error}"


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


def _library_trouble() -> str:
    try:
        ctypes.CDLL("libxcb-cursor.so.0")
    except OSError:
        return f"Qt needs libxcb-cursor.so.0 to open a window, which is missing: {APT} libxcb-cursor0"
    return ""


def _version_trouble() -> str:
    try:
        version = metadata.version("PySide6-Essentials")
    except metadata.PackageNotFoundError:
        return ""
    if version == "6.12.0" and sys.version_info < (3, 12):
        return (
            "PySide6 6.12.0 aborts Python versions before 3.12 within seconds: install another one"
            " (pip install 'PySide6-Essentials!=6.12.0') or use Python 3.12."
        )
    return ""
