"""What a run goes on from: its checkpoint, written and read back, and whether what is asked fits what was begun."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.disk.bundled import find_model
from engine.disk.files import BadConfig, LoadError, shown
from engine.disk.runs import RunFolder
from engine.disk.tensor_files import content_hash, read_tensors, write_tensors
from engine.families import family_class
from engine.families.base import AnyFamily
from engine.latents.fit import Mixture, as_one
from engine.opened.checkpoints import load_model
from engine.training.trainer import Counts, Trainer


def check_same(folder: RunFolder, asked: dict[str, Any]) -> None:
    """A run is resumed with the config and data it began with; only its length may change."""
    before = folder.read_config()
    for key in ("family", "data_sha256"):
        if before.get(key) != asked[key]:
            what = "another family" if key == "family" else "other data"
            raise BadConfig(
                "changed-run",
                f"The run “{shown(folder.root)}” began with {what}; it cannot be resumed with this.",
            )
    begun = _as_today(folder, before)
    for name, value in asked["config"].items():
        if name != "steps" and begun.get(name) != value:
            was = begun.get(name)
            raise BadConfig(
                "changed-run", f"The run “{shown(folder.root)}” has {name} = {was}; resume it without {value}."
            )


def _as_today(folder: RunFolder, before: dict[str, Any]) -> dict[str, Any]:
    """The config of a run as this version writes it: a setting that came later had its default."""
    try:
        return family_class(str(before["family"])).Config.build(before["config"]).as_dict()
    except BadConfig as error:
        raise LoadError(
            folder.config,
            "changed-run",
            f"The run “{shown(folder.root)}” was begun with settings that this Zscape cannot use: {error.sentence}",
        ) from None


def restore(folder: RunFolder, trainer: Trainer) -> None:
    """The trainer as the checkpoint describes it."""
    file = read_tensors(folder.checkpoint, kind="state")
    try:
        trainer.restore(file.tensors, _counts(file.meta, trainer))
    except (KeyError, RuntimeError, ValueError, TypeError):
        raise LoadError(
            folder.checkpoint, "wrong-weights", f"The checkpoint of “{shown(folder.root)}” belongs to another config."
        ) from None


def begin_with(source: str, family: AnyFamily) -> None:
    """Give a fresh family the averaged weights of a run (all its parts) or of a model (what exploring needs)."""
    mine = family.state_dict()
    kept = {key: value.to(mine[key].dtype) for key, value in weights_for(source, family).items()}
    family.load_state_dict(kept, strict=False)
    if family.takes and (mixture := _where_points_lie(source, family)) is not None:
        family.move_points(as_one(mixture))


def _where_points_lie(source: str, family: AnyFamily) -> Mixture | None:
    """The fitted points of another kind's model, of whose parts this family takes some."""
    try:
        model = load_model(find_model(source))
    except LoadError:  # a run that has kept no model yet
        return None
    is_other = model.family.name != family.name
    return model.explorables.mixture if is_other and model.explorables is not None else None


def weights_for(source: str, family: AnyFamily, *, verify: bool = True) -> dict[str, Tensor]:
    """What of a run's or a model's weights a fresh family takes over, or a BadConfig when they do not fit.

    Parts that only training needs start anew where the family can begin without them. So does a part that a family
    lets be replaced, where it has another shape here: a deeper encoder learns to find the points of a decoder that
    knows its pictures.
    """
    checkpoint = RunFolder(Path(source)).checkpoint
    is_run = "\0" not in source and checkpoint.is_file()
    path, kind = (checkpoint, "state") if is_run else (find_model(source), "model")
    file = read_tensors(path, kind=kind, verify=verify)
    weights, meta, prefix = file.tensors, file.meta, "average." if is_run else "weights."
    found = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
    mine = family.state_dict()
    if meta.get("family") != family.name and family.takes:
        return _parts_for(source, str(meta.get("family")), found, family)
    lacking = {key for key in mine if key not in found}
    other = {key for key in found if key not in mine or mine[key].shape != found[key].shape}
    anew = {_part(key) for key in lacking | other} & set(family.replaceable)
    if family.begins_alone:
        anew |= {_part(key) for key in lacking | other} & set(family.training_only)
    lacking, other = ({key for key in keys if _part(key) not in anew} for keys in (lacking, other))
    if lacking or other:
        why = f"its “{min(other)}” is of another shape or kind" if other else f"it lacks “{min(lacking)}”"
        raise BadConfig("other-weights", f"This run cannot begin with “{shown(source)}”: {why}.")
    return {key: value for key, value in found.items() if _part(key) not in anew}


def _parts_for(source: str, theirs: str, found: Mapping[str, Tensor], family: AnyFamily) -> dict[str, Tensor]:
    """Parts of another family's model, where the family says that it can use them; the rest starts anew, and so does a
    replaceable part that has another shape here."""
    mine = family.state_dict()
    kept: dict[str, Tensor] = {}
    for part, others in family.takes.items():
        for other in others:
            kind, name = other.split(".", 1)
            if kind == theirs:
                kept |= {f"{part}{key[len(name) :]}": value for key, value in found.items() if _part(key) == name}
    fits = {key: key in mine and mine[key].shape == value.shape for key, value in kept.items()}
    anew = {_part(key) for key, is_fitting in fits.items() if not is_fitting} & set(family.replaceable)
    kept = {key: value for key, value in kept.items() if _part(key) not in anew}
    wrong = next((key for key in kept if not fits[key]), None)
    if not kept or wrong is not None:
        why = f"its “{wrong}” is of another shape or kind" if kept else f"nothing of {theirs} serves {family.label}"
        raise BadConfig("other-weights", f"This run cannot begin with “{shown(source)}”: {why}.")
    return kept


def _part(key: str) -> str:
    """The submodule that a weight belongs to."""
    return key.split(".", 1)[0]


def save_checkpoint(folder: RunFolder, trainer: Trainer) -> str:
    """Returns the hash of weights, average and optimisers (randomness is a function of the step)."""
    return write_tensors(folder.checkpoint, trainer.state(), _meta(trainer))


def back_to_checkpoint(folder: RunFolder, trainer: Trainer) -> str:
    """A diverged run keeps the last weights that were numbers, if any were written; the hash of what it has then."""
    if folder.checkpoint.exists():
        restore(folder, trainer)
    else:
        trainer.counts = Counts()
    return content_hash(_meta(trainer), trainer.state())


def _meta(trainer: Trainer) -> dict[str, Any]:
    counts = trainer.counts
    return {
        "format": 1,
        "kind": "state",
        "step": counts.steps,
        "draws": counts.draws,
        "images": counts.images,
        "family": trainer.family.name,
    }


def _counts(meta: Mapping[str, Any], trainer: Trainer) -> Counts:
    """Checkpoints of old told the step alone."""
    if "draws" not in meta:
        return trainer.counted(int(meta["step"]))
    return Counts(steps=int(meta["step"]), draws=int(meta["draws"]), images=int(meta["images"]))
