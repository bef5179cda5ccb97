"""What a run goes on from: its checkpoint, written and read back, and whether what is asked fits what was begun."""

from __future__ import annotations

from typing import Any

from engine.files import BadConfig, LoadError, shown
from engine.runs import RunFolder
from engine.tensor_files import content_hash, read_tensors, write_tensors
from engine.trainer import Trainer


def check_same(folder: RunFolder, asked: dict[str, Any]) -> None:
    """A run is resumed with the config and data it began with; only its length may change."""
    before = folder.read_config()
    for key in ("family", "data_sha256"):
        if before.get(key) != asked[key]:
            what = "family" if key == "family" else "data"
            raise BadConfig(
                "changed-run",
                f"The run “{shown(folder.root)}” began with other {what}; it cannot be resumed with this.",
            )
    for name, value in asked["config"].items():
        if name != "steps" and before["config"].get(name) != value:
            was = before["config"].get(name)
            raise BadConfig(
                "changed-run", f"The run “{shown(folder.root)}” has {name} = {was}; resume it without {value}."
            )


def restore(folder: RunFolder, trainer: Trainer) -> None:
    """The trainer as the checkpoint describes it."""
    file = read_tensors(folder.checkpoint, kind="state")
    try:
        trainer.restore(file.tensors, int(file.meta["step"]))
    except (KeyError, RuntimeError, ValueError, TypeError):
        raise LoadError(
            folder.checkpoint, "wrong-weights", f"The checkpoint of “{shown(folder.root)}” belongs to another config."
        ) from None


def save_checkpoint(folder: RunFolder, trainer: Trainer) -> str:
    """Returns the hash of weights, average and optimisers (randomness is a function of the step)."""
    return write_tensors(folder.checkpoint, trainer.state(), _meta(trainer))


def back_to_checkpoint(folder: RunFolder, trainer: Trainer) -> str:
    """A diverged run keeps the last weights that were numbers, if any were written; the hash of what it has then."""
    if folder.checkpoint.exists():
        restore(folder, trainer)
    else:
        trainer.steps_done = 0
    return content_hash(_meta(trainer), trainer.state())


def _meta(trainer: Trainer) -> dict[str, Any]:
    return {"format": 1, "kind": "state", "step": trainer.steps_done, "family": trainer.family.name}
