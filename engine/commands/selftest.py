"""selftest: whether this installation works, one line a check."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.commands.console import Arguments
from engine.commands.opening import use_threads
from engine.commands.report import Report
from engine.disk.files import ZscapeError, refusal


def add_parser(subparsers: Any) -> None:
    subparsers.add_parser("selftest", help="check that this installation works")


def run(args: Arguments, report: Report) -> dict[str, Any]:
    use_threads(args)
    checks = []
    for name, check in _CHECKS.items():
        report.progress(f"Checking {name}")
        try:
            detail, ok = check(args), True
        except ZscapeError as error:
            detail, ok = error.sentence, False
        except OSError as error:
            refused = refusal(error)
            detail, ok = refused.sentence if refused is not None else str(error), False
        except Exception as error:  # whatever is broken in an installation, the other checks still run
            detail, ok = f"{type(error).__name__}: {error}", False
        checks.append({"name": name, "ok": ok, "detail": detail})
        report.say(f"{'ok ' if ok else 'BAD'}  {name}: {detail}")
    return {"checks": checks, "ok": all(check["ok"] for check in checks)}


def _device(args: Arguments) -> str:
    from engine.machine import devices

    return devices.choose(args.device).label


def _home(args: Arguments) -> str:
    with tempfile.TemporaryDirectory(prefix=".check", dir=_made(args.home)):
        return str(args.home)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _models(args: Arguments) -> str:
    """Every bundled model opens, and draws if it is one that draws."""
    from engine.disk.bundled import bundled_model, bundled_names
    from engine.families import FAMILIES
    from engine.machine import devices
    from engine.opened.checkpoints import load_model
    from engine.opened.model import OpenedModel
    from engine.protocol.values import Recipe

    for name in bundled_names():
        model = load_model(bundled_model(name))
        if model.family.name in FAMILIES:
            OpenedModel(model, devices.choose(args.device).torch).picture(Recipe(model=model.fingerprint, seed=1))
    return ", ".join(bundled_names()) or "none are bundled"


def _data(args: Arguments) -> str:
    from engine.datasets import catalogue

    found = [data.name for data in catalogue.describe(home=args.home) if data.installed]
    return ", ".join(found)


_CHECKS: dict[str, Callable[[Arguments], str]] = {
    "device": _device,
    "home": _home,
    "data": _data,
    "models": _models,
}
