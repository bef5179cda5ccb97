"""Names, notes and the trash: nothing is lost on the way, and nothing that is in use is moved."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.disk.files import ZscapeError
from engine.disk.holding import LEARNS, OPEN, Looking, held, is_held
from engine.library import keeping, known
from engine.library.entries import look, scan
from engine.opened.checkpoints import fingerprint_of
from engine.protocol.library import Origin
from engine.serving.opening import Opening
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars, drained

Learn = Callable[..., Path]
HOLD = """
import sys
from pathlib import Path
from engine.disk import holding
if sys.argv[2] == holding.OPEN:
    looking = holding.Looking()
    looking.turn_to(Path(sys.argv[1]))
    print("held", flush=True)
    sys.stdin.read()
else:
    with holding.held(Path(sys.argv[1]), sys.argv[2]):
        print("held", flush=True)
        sys.stdin.read()
"""


def test_a_run_is_renamed_in_its_own_folder(home: Path, learn: Learn) -> None:
    run = learn("first")
    before = fingerprint_of(run / "model.safetensors")
    entry = keeping.rename(str(run), "  Heads of  June ", home)
    assert entry is not None
    assert entry.name == "Heads of June"
    assert fingerprint_of(run / "model.safetensors") == before
    assert known.name_of(str(run), home) == "Heads of June"
    moved = run.rename(home / "runs" / "other")
    found = look(str(moved), home)
    assert found is not None
    assert found.name == "Heads of June"
    with pytest.raises(ZscapeError, match="at least one letter"):
        keeping.rename(str(moved), " \n ", home)


def test_a_new_name_is_no_new_learning(home: Path, learn: Learn) -> None:
    """The list says when a run learned last: who names an old run does not make it the newest."""
    run = learn("first")
    for path in run.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    entry = keeping.rename(str(run), "Heads of June", home)
    assert entry is not None
    assert entry.changed == 1_000_000_000


def test_a_moment_is_called_after_its_run(home: Path, learn: Learn) -> None:
    run = learn("first")
    keeping.rename(str(run), "Heads of June", home)
    moment = sorted((run / "snapshots").glob("*.safetensors"))[0]
    step = int(moment.stem)
    assert known.name_of(str(moment), home) == f"Heads of June · step {step}"
    opened = Opening(home, torch.device("cpu")).open(str(moment))
    assert opened.describe().name == f"Heads of June · step {step}"


def test_a_bundled_model_keeps_name_and_note_in_the_library(home: Path) -> None:
    keeping.rename("faces", "Heads", home)
    entry = keeping.note("faces", "for Monday\n", home)
    assert entry is not None
    assert (entry.name, entry.note) == ("Heads", "for Monday")
    with pytest.raises(ZscapeError, match="comes with the program"):
        keeping.discard("faces", home)


def test_a_note_goes_with_its_run(home: Path, learn: Learn) -> None:
    run = learn("first")
    keeping.note(str(run), "the rate was too high", home)
    other = run.rename(home / "runs" / "elsewhere")
    entry = look(str(other), home)
    assert entry is not None
    assert entry.note.strip() == "the rate was too high"
    keeping.note(str(other), "  ", home)
    assert not (other / "note.txt").exists()


def test_what_was_put_into_the_trash_comes_back_whole(home: Path, learn: Learn) -> None:
    run = learn("first", "Mine")
    content = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    away = keeping.discard(str(run), home)
    assert away is not None
    assert away.is_in_trash
    assert away.name == "Mine"
    assert not run.exists()
    assert not away.can_go_on
    assert [entry.source for entry in scan(home) if entry.is_in_trash] == [away.source]
    learn("first", "Another")  # its place is taken meanwhile
    back = keeping.bring_back(away.source, home)
    assert back is not None
    assert not back.is_in_trash
    assert Path(back.source).name == "first-2"
    assert {path.name: path.read_bytes() for path in Path(back.source).iterdir() if path.is_file()} == content
    with pytest.raises(ZscapeError, match="not in the trash"):
        keeping.erase(back.source, home)
    again = keeping.discard(back.source, home)
    assert again is not None
    keeping.erase(again.source, home)
    assert not Path(again.source).exists()


def test_a_file_from_elsewhere_only_leaves_the_list(home: Path, learn: Learn, tmp_path: Path) -> None:
    given = tmp_path / "given.safetensors"
    given.write_bytes((learn("first") / "model.safetensors").read_bytes())
    known.opened(str(given), home)
    away = keeping.discard(str(given), home)
    assert away is not None
    assert away.is_in_trash
    assert given.exists()
    back = keeping.bring_back(str(given), home)
    assert back is not None
    assert not back.is_in_trash
    keeping.discard(str(given), home)
    keeping.erase(str(given), home)
    assert given.exists()
    assert not [entry for entry in scan(home) if entry.origin is Origin.FILE]


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be moved there")
@pytest.mark.parametrize(("mark", "words"), [(OPEN, "another window"), (LEARNS, "is learning")])
def test_what_another_program_holds_stays(home: Path, learn: Learn, mark: str, words: str) -> None:
    run = learn("first")
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run), mark], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=os.getcwd()
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(ZscapeError, match=words):
            keeping.discard(str(run), home)
        assert run.exists()
        looking = Looking()
        looking.turn_to(run)  # one's own look does not count, but neither does it hide another's
        assert is_held(run, mark)
        looking.let_go()
    finally:
        other.kill()
        other.communicate()
    looking = Looking()
    looking.turn_to(run)
    away = keeping.discard(str(run), home)
    looking.let_go()
    assert away is not None
    assert away.is_in_trash


@pytest.mark.skipif(sys.platform == "win32", reason="no locks are kept there")
def test_a_run_is_trained_by_one_at_a_time(home: Path, learn: Learn) -> None:
    run = learn("first")
    job = Job(run=run, name="first", family="vae", values={**SMALL["vae"], "steps": 6}, data="bars", resume=True)
    with held(run, LEARNS), pytest.raises(ZscapeError, match="learning already"):
        drained(train(job, bars(), device=torch.device("cpu")))
    drained(train(job, bars(), device=torch.device("cpu")))
    entry = look(str(run), home)
    assert entry is not None
    assert (entry.step, entry.steps) == (6, 6)
    assert not [path for path in run.iterdir() if path.name.endswith(".lock")]
