"""A command run as a script would run it, and a small trained model to run them on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from engine.commands.console import main
from tests.engine.small import SMALL, bars


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    lines: list[dict[str, Any]]
    err: str

    @property
    def frame(self) -> dict[str, Any]:
        return self.lines[-1]

    @property
    def result(self) -> Any:
        return self.frame["result"]

    @property
    def error(self) -> dict[str, str]:
        error: dict[str, str] = self.frame["error"]
        return error


Command = Callable[..., Answer]


@pytest.fixture
def zscape(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Runs a command with --json and a home of its own."""

    def run(*words: object) -> Answer:
        capsys.readouterr()
        code = main([*map(str, words), "--json", "--home", str(tmp_path / "home"), "--quiet", "--threads", "1"])
        out, err = capsys.readouterr()
        return Answer(code, [json.loads(line) for line in out.splitlines()], err)

    return run


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small pictures with two classes."""
    folder = tmp_path_factory.mktemp("bars")
    store = bars(60)
    assert store.labels is not None
    for number, (picture, label) in enumerate(zip(store.pictures, store.labels.tolist(), strict=True)):
        path = folder / store.classes[label] / f"{number:03d}.png"
        path.parent.mkdir(exist_ok=True)
        Pillow.fromarray(np.ascontiguousarray(picture[0].numpy())).save(path)
    return folder


@pytest.fixture(scope="session", params=["vae"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model file of a run of a few steps."""
    return trained(request.param, tmp_path_factory.mktemp("runs") / request.param)


def trained(family: str, run: Path, **settings: object) -> Path:
    import torch

    from engine.protocol.answers import Finished
    from engine.training.loop import Job, train

    job = Job(run=run, name=family, family=family, values={**SMALL[family], **settings}, data="bars")
    *_, last = train(job, bars(), device=torch.device("cpu"))
    assert isinstance(last, Finished)
    return Path(last.path)
