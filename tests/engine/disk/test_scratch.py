"""What is being made takes no name of another, and what the dead left does not pile up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.disk.files import atomic_file, atomic_folder, atomic_write
from engine.disk.runs import RunFolder
from engine.disk.scratch import scratch_file, scratch_folder
from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]
UNIX = pytest.mark.skipif(os.name == "nt", reason="signals and locks of Unix")
VICTIM = """
import os, signal, sys
from pathlib import Path
from engine.disk import files
target = Path(sys.argv[1])
if sys.argv[2] == "file":
    files.write_moment = lambda moment, path: moment == "fsync" and os.kill(os.getpid(), signal.SIGKILL)
    files.atomic_write(target, "half")
with files.atomic_folder(target) as folder:
    (folder / "part").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(target: Path, kind: str) -> None:
    done = subprocess.run([sys.executable, "-c", VICTIM, str(target), kind], cwd=ROOT, check=False, timeout=PATIENCE_S)
    assert done.returncode == -signal.SIGKILL


@UNIX
def test_what_killed_processes_leave_never_piles_up(tmp_path: Path) -> None:
    file, folder = tmp_path / "model.safetensors", tmp_path / "store"
    for _ in range(2):
        killed(file, "file")
        killed(folder, "folder")
        assert len(list(tmp_path.iterdir())) == 2
    atomic_write(file, "whole")
    with atomic_folder(folder) as inside:
        (inside / "part").write_text("whole")
    assert {path.name for path in tmp_path.iterdir()} == {"model.safetensors", "store"}
    assert (file.read_text(), (folder / "part").read_text()) == ("whole", "whole")


def test_who_writes_at_the_same_time_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "session.json"
    with atomic_file(target) as slow:
        slow.write(b"slow ")
        atomic_write(target, "fast")
        assert target.read_text() == "fast"
        slow.write(b"and steady")
    assert target.read_text() == "slow and steady"
    assert [path.name for path in tmp_path.iterdir()] == ["session.json"]


def test_many_writers_leave_one_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "settings.json"
    troubles: list[Exception] = []

    def write(number: int) -> None:
        try:
            for _ in range(20):
                atomic_write(target, str(number) * 5000)
        except Exception as error:
            troubles.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not troubles
    content = target.read_text()
    assert len(content) == 5000
    assert len(set(content)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


@UNIX
def test_links_and_pipes_of_that_name_are_not_written_through(tmp_path: Path) -> None:
    target, precious = tmp_path / "x", tmp_path / "precious"
    precious.write_text("mine")
    handle, first = scratch_file(target)
    os.close(handle)
    first.unlink()
    first.symlink_to(precious)
    os.mkfifo(str(first).replace(".0.tmp", ".1.tmp"))
    atomic_write(target, "new")
    assert (target.read_text(), precious.read_text()) == ("new", "mine")


@UNIX
def test_files_and_folders_get_the_rights_that_the_person_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        atomic_write(tmp_path / "file", "x")
        with atomic_folder(tmp_path / "folder"):
            pass
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("claim", [scratch_file, scratch_folder])
def test_long_names_have_room(claim: object, tmp_path: Path) -> None:
    assert callable(claim)
    handle, path = claim(tmp_path / ("ü" * 120))
    if handle >= 0:
        os.close(handle)
    assert path.exists()


@UNIX
def test_a_run_is_cleared_of_what_its_dead_left(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    killed(run.sample(1), "file")
    killed(run.checkpoint, "file")
    with atomic_file(run.snapshot(1)) as somebody:
        run.clear_orphans()
        somebody.write(b"alive")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["0000001.safetensors"]
