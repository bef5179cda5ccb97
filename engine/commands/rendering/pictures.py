"""What the commands that render pictures share: recipes from words, pictures into a folder, one hash over pixels."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import __version__
from engine.commands.console import Arguments, plain_number
from engine.commands.opening import StopFlag
from engine.commands.report import Report
from engine.disk.files import BadConfig, Cancelled, LoadError, atomic_write, read_bounded, shown
from engine.disk.recipes import read_recipe
from engine.protocol.values import Condition, ConditionKind, Image, Recipe

if TYPE_CHECKING:
    from engine.opened.model import OpenedModel


def seeded(opened: OpenedModel, first: int, count: int, condition: Sequence[str] = ()) -> list[Recipe]:
    """Recipes of `count` neighbouring seeds."""
    asked = conditions(opened, condition)
    return [Recipe(model=opened.fingerprint, seed=first + k, conditions=asked, app=__version__) for k in range(count)]


def conditions(opened: OpenedModel, words: Sequence[str]) -> tuple[tuple[str, float | str], ...]:
    """`NAME=CHOICE` words as a recipe holds them: the number of a class, a number, or a sentence."""
    offered = {condition.name: condition for condition in opened.describe().conditions}
    found: dict[str, float | str] = {}
    for word in words:
        name, _, choice = word.partition("=")
        value = _wish(offered[name], choice) if name in offered else None
        if value is None:
            known = "; ".join(_offer(condition) for condition in offered.values()) or "none"
            raise BadConfig("unknown-condition", f"“{word[:60]}” cannot be asked of this model; it offers: {known}.")
        found[name] = value
    return tuple(sorted(found.items()))


def _wish(condition: Condition, choice: str) -> float | str | None:
    match condition.kind:
        case ConditionKind.CLASS:
            return float(condition.choices.index(choice)) if choice in condition.choices else None
        case ConditionKind.NUMBER:
            try:
                value = float(choice)
            except ValueError:
                return None
            return value if condition.low <= value <= condition.high else None
        case ConditionKind.TEXT:
            return choice or None


def _offer(condition: Condition) -> str:
    match condition.kind:
        case ConditionKind.CLASS:
            return f"{condition.name} = {', '.join(condition.choices)}"
        case ConditionKind.NUMBER:
            return f"{condition.name} = {condition.low:g} to {condition.high:g}"
        case ConditionKind.TEXT:
            return f"{condition.name} = a sentence"


def write_pictures(
    opened: OpenedModel, recipes: Iterable[Recipe], folder: Path, stem: str, report: Report, flag: StopFlag
) -> tuple[dict[str, Any], list[Image]]:
    """Each recipe as a PNG that remembers it; pictures are drawn alone, so that any of them can be had again."""
    from engine.opened.export import png_bytes

    files, images, spent, digest = [], [], 0.0, hashlib.sha256()
    for number, recipe in enumerate(recipes):
        if flag():
            raise Cancelled
        began = time.perf_counter()
        image = opened.picture(recipe)
        spent += time.perf_counter() - began
        path = folder / f"{stem}-{number:05d}.png"
        atomic_write(path, png_bytes(image, opened.memory((recipe,))))
        digest.update(image.tobytes())
        files.append(str(path))
        images.append(image)
        report.progress(f"Picture {number + 1} is drawn")
    result = {
        "files": files,
        "sha256_pixels": digest.hexdigest(),
        "ms_per_image": round(1000 * spent / max(1, len(files)), 3),
    }
    return result, images


def sha256_pixels(pixels: Any) -> str:
    """The hash by which two pictures are compared, whatever file holds them."""
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def station(opened: OpenedModel, word: str) -> tuple[float, ...]:
    """The point that SEED or PNG means: drawn from the seed, remembered by the picture, or encoded from it."""
    if opened.family.latent is None:
        raise BadConfig(
            "no-points", f"“{opened.model.name}” draws pixel by pixel and has no points to go between or to add."
        )
    seed = plain_number(word.removeprefix("-"))
    if seed is not None:
        return _place(opened, seeded(opened, -seed if word.startswith("-") else seed, 1)[0])
    path = Path(word)
    if path.suffix.lower() == ".json":
        return _place(opened, owned(opened, read_recipe_file(path), path))
    remembered = _remembered(opened, path)
    if remembered is not None:
        return _place(opened, remembered)
    from engine.datasets.formats.decode import read_picture
    from engine.machine.work import finished
    from engine.opened.closer import find_closer

    return finished(find_closer(opened, read_picture(path, opened.family.picture.size).pixels)).point


def owned(opened: OpenedModel, recipe: Recipe, path: Path) -> Recipe:
    """The recipe, if it belongs to this model."""
    if recipe.model != opened.fingerprint:
        raise LoadError(path, "wrong-model", f"“{shown(path)}” was made with another model than “{opened.model.name}”.")
    return recipe


def at_point(opened: OpenedModel, point: tuple[float, ...]) -> Recipe:
    """The recipe of a point, and of nothing else."""
    return Recipe(model=opened.fingerprint, point=point, app=__version__)


def read_recipe_file(path: Path) -> Recipe:
    """A recipe from a JSON file: bare, or as the `recipe` command prints it."""
    return recipe_from_text(read_bounded(path, limit_bytes=4 << 20).decode("utf-8", "replace"), path)


def asked_recipe(args: Arguments, what: str) -> Recipe:
    """A recipe as somebody gave it: an exported PNG, a JSON file, or its JSON itself."""
    from engine.commands.opening import remembered

    if what.lstrip().startswith("{"):
        return recipe_from_text(what)
    path = Path(what)
    return read_recipe_file(path) if path.suffix.lower() == ".json" else remembered(args, path)[0].recipes[0]


def recipe_from_text(text: str, path: Path | str = "") -> Recipe:
    """A recipe from JSON text."""
    import json

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    for key in ("result", "recipe"):
        if isinstance(value, dict) and key in value:
            value = value[key]
    recipe = read_recipe(value)
    if recipe is None:
        where = f"“{shown(path)}” holds" if path else "This is"
        raise LoadError(path, "no-recipe", f"{where} no recipe.")
    return recipe


def _place(opened: OpenedModel, recipe: Recipe) -> tuple[float, ...]:
    z_D = opened.place(recipe)
    assert z_D is not None
    return tuple(z_D.tolist())


def _remembered(opened: OpenedModel, path: Path) -> Recipe | None:
    """The recipe in a picture, when it is one of this model's."""
    from engine.opened.export import read_png_memory

    try:
        memory, _ = read_png_memory(path)
    except LoadError as error:
        if error.code in ("no-recipe", "damaged"):
            return None
        raise
    recipe = memory.recipes[0]
    return replace(recipe) if recipe.model == opened.fingerprint else None
