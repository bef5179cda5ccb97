"""An opened model: recipe in, pictures out. Read-only after it was made, so both lanes may use it at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.disk.files import LoadError, ZscapeError, shown
from engine.disk.kept import packed
from engine.disk.recipes import PLAIN, Memory
from engine.disk.runs import RunFolder
from engine.families import JUDGES, family_class
from engine.families.ask import Ask
from engine.families.latent import Latent
from engine.families.schema import PictureConfig
from engine.latents.explorables import Explorables
from engine.latents.moves import Moves
from engine.machine.devices import one_thread
from engine.machine.seeds import generator
from engine.opened.asking import Kept, no_pictures, recipe_ask
from engine.opened.card_edits import told_edits
from engine.opened.checkpoints import Model, load_model
from engine.opened.networks.folding import fold_norms
from engine.opened.networks.packing import pack_kernels
from engine.opened.pictures import finite_image, from_image, to_image
from engine.protocol.sheets import Layout, Sheet
from engine.protocol.values import Capability, Image, ModelDescribed, Point, Recipe
from engine.protocol.walks import Walk

GRID_BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A picture on its way or done."""

    image: Image
    point: Point | None
    final: bool
    progress: float
    drawn: int = 0
    """How many pixels of the model's order are drawn."""


class OpenedModel:
    """Recipes to pictures with one model on one device."""

    def __init__(self, model: Model, device: torch.device, kept: Kept = no_pictures) -> None:
        self.model = model
        self.family = model.family.to(device)
        self._kept = kept
        if self.family.folds:
            fold_norms(self.family)
        if self.family.channels_last:  # a fifth off each picture, bits unchanged
            self.family.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if device.type == "cpu":
            pack_kernels(self.family)
        self.device = device
        self.source = model.path
        self.moment = 0
        """Which copy of a run that learns this is; 0 for a model that stays as it is."""
        self._explore(model.explorables)

    def _explore(self, explorables: Explorables | None) -> None:
        latent = self.family.latent
        self.explorables = explorables
        self._centre_D: Point = (
            explorables.centre_D.numpy() if explorables else np.zeros(latent.coordinates if latent else 0, np.float32)
        )
        self._moves = Moves(explorables) if explorables else None
        self._kept_base: tuple[object, Point] | None = None
        """The place that was drawn last: while one drags, it is the same again and again."""

    def surveyed(self, explorables: Explorables | None) -> OpenedModel:
        """The same weights, explored along other axes and directions."""
        other = copy.copy(self)
        other._explore(explorables)
        return other

    def at(self, moment: int, kept: Kept = no_pictures) -> OpenedModel:
        """This copy of a run that learns, by its number, with the pictures of whoever looks at it."""
        other = copy.copy(self)
        other.moment, other._kept = moment, kept
        return other

    def kept_as(self, fingerprint: str, source: str) -> OpenedModel:
        """The same, now that it is a file of its own."""
        other = copy.copy(self)
        other.model, other.source, other.moment = replace(self.model, fingerprint=fingerprint, path=source), source, 0
        return other

    def called(self, name: str) -> OpenedModel:
        """The same under the name that it has here."""
        other = copy.copy(self)
        other.model = replace(self.model, name=name)
        return other

    # ------------------------------------------------------------ description

    @property
    def fingerprint(self) -> str:
        return self.model.fingerprint

    def describe(self) -> ModelDescribed:
        """All that the window knows of a model."""
        family, extra = self.family, self.explorables
        kind = family_class(family.name)
        return ModelDescribed(
            fingerprint=self.fingerprint,
            name=self.model.name,
            path=self.model.path,
            family=family.name,
            family_label=kind.label,
            capabilities=tuple(sorted(family.capabilities)),
            channels=family.picture.channels,
            size=family.picture.size,
            latent=0 if family.latent is None else family.latent.coordinates,
            directions=() if extra is None else tuple(one for one in extra.directions if not one.is_hidden),
            axes=() if extra is None else extra.axes,
            conditions=family.conditions,
            sampling=family.settings,
            edits=told_edits(self.model.card.get("edits")),
            card=tuple((key, str(value)) for key, value in self.model.card.items()),
            settings=tuple(sorted(family.config.as_dict().items())),
            order=self._places(self.family.order),
            instead=self._places(self.family.instead),
            can_begin=family.begins_alone or self.moment > 0 or RunFolder(Path(self.source)).checkpoint.is_file(),
            live=self.moment > 0,
        )

    def _places(self, told: Callable[[int, int], Sequence[tuple[int, int]]]) -> tuple[int, ...]:
        """Pixels of its pictures, which the family tells by row and column, counted in reading order."""
        if Capability.PROGRESSIVE not in self.family.capabilities:
            return ()
        side = self.family.picture.size
        return tuple(row * side + column for row, column in told(side, side))

    # ------------------------------------------------------------ points

    def base(self, recipe: Recipe) -> Point | None:
        """The place (D,) that displacements start from: drawn from the seed or given, single coordinates overridden."""
        latent = self.family.latent
        if latent is None:
            return None
        key, kept = (recipe.seed, recipe.point, recipe.raw), self._kept_base
        if kept is not None and kept[0] == key:
            return kept[1]
        base_D = self._base(recipe, latent).numpy()
        base_D.flags.writeable = False
        self._kept_base = key, base_D
        return base_D

    def _base(self, recipe: Recipe, latent: Latent) -> Tensor:
        if recipe.point is not None:
            if len(recipe.point) != latent.coordinates:
                raise ZscapeError(
                    "wrong-recipe", f"The recipe has {len(recipe.point)} coordinates, the model {latent.coordinates}."
                )
            base_D = torch.tensor(recipe.point, dtype=torch.float32)
        elif self.explorables is not None and self.explorables.mixture is not None:
            base_D = self.explorables.mixture.draw(generator(recipe.seed))
        else:
            base_D = latent.draw(generator(recipe.seed))
        for index, value in recipe.raw:
            if not 0 <= index < latent.coordinates:
                raise ZscapeError(
                    "wrong-recipe", f"The recipe sets coordinate {index}; the model has {latent.coordinates}."
                )
            base_D[index] = value
        return base_D

    def place(self, recipe: Recipe) -> Tensor | None:
        """Where the recipe's picture is: z = c + truncation (base - c) + displacements."""
        base_D = self.base(recipe)
        if base_D is None:
            return None
        with np.errstate(all="ignore"):  # what is too large is told below
            z_D = self._centre_D + np.float32(recipe.truncation) * (base_D - self._centre_D)
            if recipe.axes or recipe.directions:
                self._move(z_D, recipe)
        if not np.isfinite(z_D).all():
            raise ZscapeError("wrong-recipe", "The recipe holds numbers that are not finite.")
        return torch.from_numpy(z_D)

    def _move(self, z_D: Point, recipe: Recipe) -> None:
        if self._moves is None:
            raise ZscapeError("wrong-recipe", "The recipe uses directions, and this model has none.")
        try:
            self._moves.add(z_D, recipe.axes, recipe.directions)
        except KeyError as missing:
            raise ZscapeError("wrong-recipe", f"The recipe uses {missing}, which this model does not have.") from None

    def asking(self, recipe: Recipe) -> Ask:
        """What the family is asked for by one recipe."""
        z_D = self.place(recipe)
        return recipe_ask(self.family, [recipe], None if z_D is None else z_D[None], self.device, self._kept)

    # ------------------------------------------------------------ pictures

    def sampling(self, recipe: Recipe) -> Iterator[Sampled]:
        """The picture of a recipe, growing if the family draws in steps; the last one is final.

        Where one may leave off but nothing new is to be seen, the same look comes again.
        """
        point, ask = self.base(recipe), self.asking(recipe)
        growing = Capability.PROGRESSIVE in self.family.capabilities
        x_BCHW, look = None, None
        for number, next_BCHW in enumerate(self.family.sample(ask)):
            if growing and (look is None or next_BCHW is not x_BCHW):
                share = min(0.999, (number + 1) / self.family.sample_steps)
                drawn = self.family.drawn(number)
                look = Sampled(image=to_image(next_BCHW[0]), point=point, final=False, progress=share, drawn=drawn)
            x_BCHW = next_BCHW
            if look is not None:
                yield look
        assert x_BCHW is not None
        yield Sampled(image=self._checked(x_BCHW[0]), point=point, final=True, progress=1.0)

    def picture(self, recipe: Recipe) -> Image:
        """The finished picture of one recipe, byte-equal to what the canvas shows: decoded alone, with one thread."""
        with one_thread():
            return list(self.sampling(recipe))[-1].image

    def rendering(self, recipe: Recipe) -> Generator[None, None, Image]:
        """The same picture, with a seam after each look."""
        looks = self.sampling(recipe)
        while True:
            with one_thread():
                look = next(looks)
            if look.final:
                return look.image
            yield None

    def drawn_alone(self, recipes: Sequence[Recipe]) -> Generator[float, None, list[Image]]:
        """Cells of a grid, byte-equal to the canvas: each decoded alone, which on a processor is also faster.

        Families that draw in steps, and other devices, gain too much by drawing many at once: theirs come in batches.
        """
        if self.device.type != "cpu" or Capability.PROGRESSIVE in self.family.capabilities:
            return (yield from self.pictures(recipes))
        cells: list[Image] = []
        for recipe in recipes:
            cells.append(self.picture(recipe))
            yield float(len(cells))
        return cells

    def pictures(self, recipes: Sequence[Recipe]) -> Generator[float, None, list[Image]]:
        """Cells of a grid, decoded in batches (rare pixels may differ by one level from the single picture).

        Yields how many cells' worth is drawn, also within a row of pixels.
        """
        cells: list[Image] = []
        for first in range(0, len(recipes), GRID_BATCH):
            some = recipes[first : first + GRID_BATCH]
            places = [self.place(recipe) for recipe in some]
            points_BD = None if places[0] is None else torch.stack([z for z in places if z is not None])
            ask = recipe_ask(self.family, some, points_BD, self.device, self._kept)
            pictures_BCHW = torch.empty(0)
            for number, look_BCHW in enumerate(self.family.sample(ask), 1):
                pictures_BCHW = look_BCHW
                if number < self.family.sample_steps:
                    yield len(cells) + len(some) * number / self.family.sample_steps
            cells += [self._checked(x) for x in pictures_BCHW]
            yield float(len(cells))
        return cells

    def numbers(self, recipes: Sequence[Recipe]) -> Tensor:
        """One batch as the network draws it (B, C, H, W), before it becomes bytes: for what is measured."""
        places = [self.place(recipe) for recipe in recipes]
        points_BD = None if places[0] is None else torch.stack([z for z in places if z is not None])
        ask = recipe_ask(self.family, recipes, points_BD, self.device, self._kept)
        with one_thread(), torch.no_grad():  # the same numbers whatever goes on beside
            *_, x_BCHW = self.family.sample(ask)
        return x_BCHW

    def _checked(self, x_CHW: Tensor) -> Image:
        image = finite_image(x_CHW)
        if image is None:
            raise ZscapeError(
                "not-finite", f"“{self.model.name}” drew numbers that are not finite here; move the point back."
            )
        return image

    def memory(
        self, recipes: Sequence[Recipe], *, columns: int = 1, scale: int = 1, walk: Walk | None = None,
        sheet: Sheet = PLAIN, layout: Layout | None = None,
    ) -> Memory:  # fmt: skip
        """What a file of these recipes remembers, with the pictures that they start from."""
        names = sorted({name for recipe in recipes for name in (recipe.source, recipe.known) if name})
        return Memory(
            recipes=tuple(recipes),
            columns=columns,
            scale=scale,
            source=self.source,
            walk=walk,
            sheet=sheet,
            layout=layout,
            pictures={name: packed(self._kept(name)) for name in names},
        )

    def encode(self, image: Image) -> tuple[tuple[float, ...], float, float | None]:
        """(point, distance, percentile) of a picture of the model's size; distance is rms over 0 to 1."""
        if Capability.ENCODE not in self.family.capabilities:
            raise ZscapeError(
                "cannot-encode", f"“{self.model.name}” has no encoder, so it cannot find a picture's point."
            )
        with one_thread(), torch.no_grad():
            x_BCHW = from_image(image, self.family.picture.channels)[None].to(self.device)
            z_BD = self.family.encode(x_BCHW)
        distance = self.distance(x_BCHW, z_BD)
        percentile = None if self.explorables is None else self.explorables.percentile(distance)
        return tuple(z_BD[0].float().cpu().tolist()), distance, percentile

    def distance(self, x_BCHW: Tensor, z_BD: Tensor) -> float:
        """Rms error of the pictures at these points, of brightness from 0 to 1."""
        with one_thread(), torch.no_grad():
            return float((self.family.decode(z_BD) - x_BCHW).square().mean().sqrt()) / 2.0


def open_model_file(path: str, device: torch.device, kept: Kept = no_pictures) -> OpenedModel:
    """Open a model file for exploring. Finite weights can still draw NaN, so one picture is tried first."""
    model = load_model(path)
    if model.family.name in JUDGES:
        raise LoadError(path, "not-explorable", f"“{shown(path)}” is a judge; it reads pictures and draws none.")
    if not isinstance(model.family.config, PictureConfig):
        raise LoadError(path, "not-explorable", f"“{shown(path)}” learned points of a density; it draws no pictures.")
    opened = OpenedModel(model, device, kept)
    if opened.family.capabilities & {Capability.DECODE, Capability.TRANSLATE} == {Capability.DECODE}:
        try:
            opened.picture(Recipe(model=model.fingerprint))
        except ZscapeError:
            raise LoadError(
                path, "not-finite", f"“{shown(path)}” draws numbers that are not finite; it was saved broken."
            ) from None
    return opened
