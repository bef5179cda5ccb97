"""The headless commands. Each is a module with `add_parser(subparsers)` and `run(args, report) -> result`, imported
only when it is asked for, so that help and errors of usage need no torch."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "selftest": "check that this installation works",
    "families": "list the kinds of models that can be trained",
    "data": "list, import and render data sets",
    "train": "train a model",
    "sample": "draw pictures from a model",
    "interpolate": "walk from one picture to another",
    "path": "measure a path of the window, and write it as a film",
    "arithmetic": "add and subtract averaged pictures",
    "library": "list, name, note, put away and take out models and runs",
    "directions": "list, learn, import and export sliders",
    "complete": "draw the rest of a picture, several times",
    "likelihood": "measure how surprising a picture is, in bits",
    "encode": "find a picture's point",
    "evaluate": "measure a model against data",
    "compare": "train several families for the same time, and compare what they come to",
    "density": "watch particles walk to a known density",
    "export": "write a grid or an animation",
    "recipe": "read what a picture remembers",
    "render": "draw a picture again from its recipe",
}
"""Every command with what it does."""
RENDERING = frozenset(
    ("arithmetic", "complete", "encode", "export", "interpolate", "path", "recipe", "render", "sample")
)
"""Commands that render pictures, or read them back: they have a folder of their own."""


def module_of(name: str) -> str:
    """Where a command lives."""
    return f"{__name__}.rendering.{name}" if name in RENDERING else f"{__name__}.{name}"
