"""The frame around the commands: envelope, exit codes, one sentence, options anywhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.commands import COMMANDS, console
from engine.commands.report import Report
from engine.commands.values import as_json, plain
from engine.disk.files import LoadError
from engine.disk.home import default_home
from engine.protocol.values import Capability, Recipe
from tests.engine.commands.conftest import Command

ROOT = Path(__file__).resolve().parents[3]


def test_the_envelope_holds_what_scripts_rely_on(zscape: Command) -> None:
    answer = zscape("families")
    assert answer.code == 0
    frame = answer.frame
    assert (frame["schema"], frame["command"], frame["ok"]) == (1, "families", True)
    assert set(frame["machine"]) == {"cpu", "cores", "threads", "torch", "device"}
    assert frame["seconds"] >= 0
    assert {"name", "capabilities", "presets", "fields"} <= set(answer.result[0])
    assert {"vae", "dcgan", "pixelcnn"} <= {family["name"] for family in answer.result}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["nonsense"], "usage", "nonsense"),
        (["sample"], "usage", "MODEL"),
        (["sample", "faces", "--n", "0", "--out", "x"], "usage", "--n"),
        (["sample", "faces", "--out", "x", "--seed", "-1"], "usage", "--seed"),
        (["sample", "faces", "--out", "x", "--seed", str(2**64)], "usage", "--seed"),
        (["sample", "no/such/model.safetensors", "--out", "x"], "missing", "model.safetensors"),
        (["sample", "no-such-model", "--out", "x"], "unknown-model", "no-such-model"),
        (["train", "nobody", "--data", "x", "--out", "y"], "unknown-family", "nobody"),
        (["train", "vae", "--out", "y"], "no-data", "--data"),
        (["train", "vae", "--data", "d", "--out", "y", "--set", "rate"], "usage", "name=value"),
        (["train", "vae", "--data", "d", "--out", "y", "--set", "rate=nan"], "bad-config", "rate"),
        (["train", "vae", "--data", "d", "--out", "y", "--set", "colour=1"], "unknown-setting", "colour"),
        (["train", "vae", "--data", "d", "--out", "y", "--preset", "none"], "unknown-preset", "none"),
        (["families", "--device", "cuda0"], "usage", "--device"),
        (["--bogus"], "usage", "--bogus"),
    ],
)
def test_a_bad_command_is_one_line_and_exit_2(zscape: Command, words: list[str], code: str, says: str) -> None:
    answer = zscape(*words)
    assert answer.code == 2
    assert not answer.frame["ok"]
    assert set(answer.error) == {"code", "path", "message"}
    assert answer.error["code"] == code
    assert says in answer.error["message"]
    assert answer.err == f"zscape: {answer.error['message']}\n"
    assert "result" not in answer.frame


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main([name, "--help"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "usage: zscape" in out
    summary = COMMANDS[name]
    assert f"{summary[0].upper()}{summary[1:]}." in out or "Train a model." in out


@pytest.mark.parametrize("words", [["--seed", "5", "recipe", "a.png"], ["recipe", "--seed=5", "a.png"]])
def test_global_options_stand_anywhere(words: list[str]) -> None:
    arguments, module = console.parse(words)
    assert (arguments.seed, arguments.command) == (5, "recipe")
    assert arguments.home == default_home().absolute()
    assert module is not None


def test_only_global_options_open_the_window() -> None:
    assert console.wants_window([])
    assert console.wants_window(["--home", "x", "--device", "cpu"])
    assert not console.wants_window(["families"])
    assert not console.wants_window(["--bogus"])
    assert not console.wants_window(["--seed", "-1"])


def ending(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the command `families` end with an error."""

    def run(args: object, report: object) -> None:
        raise error

    module = SimpleNamespace(add_parser=lambda subparsers: subparsers.add_parser("families"), run=run)
    monkeypatch.setitem(sys.modules, "engine.commands.families", module)


def test_a_mistake_of_ours_is_one_sentence_and_a_traceback_in_the_log(
    zscape: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ending(monkeypatch, RuntimeError("two\nlines"))
    answer = zscape("families")
    assert answer.code == 1
    assert answer.error["code"] == "internal"
    assert "two lines" in answer.error["message"]
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    assert "RuntimeError: two" in (tmp_path / "home" / "log.txt").read_text(encoding="utf-8")


def test_ctrl_c_is_130(zscape: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    ending(monkeypatch, KeyboardInterrupt())
    answer = zscape("families")
    assert (answer.code, answer.error["code"]) == (130, "stopped")


def test_a_name_with_a_newline_stays_on_one_line(zscape: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    ending(monkeypatch, LoadError("a\nb.png", "damaged", "“a\nb.png” is damaged."))
    answer = zscape("families")
    assert answer.code == 2
    assert answer.err == "zscape: “a b.png” is damaged.\n"
    assert answer.error["path"] == "a\nb.png"


def test_values_become_json_or_say_why_not() -> None:
    import numpy as np

    value = {
        Capability.DECODE: (np.float32(0.5), float("nan"), Path("a")),
        "recipe": Recipe(model="m"),
        "array": np.arange(2),
    }
    assert json.loads(as_json(value))["decode"] == [0.5, None, "a"]
    assert plain(value)["recipe"]["seed"] == 0
    assert plain(value)["array"] == [0, 1]
    with pytest.raises(TypeError, match="no place in JSON"):
        plain(object())


def test_quiet_says_nothing_and_json_lines_need_json(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(json_lines=False, quiet=True)
    report.progress("half")
    report.say("done")
    report.line({"event": "x"})
    report.close()
    assert capsys.readouterr() == ("", "")


def test_missing_packages_are_a_sentence() -> None:
    code = "import sys; sys.modules['torch'] = None; import main; sys.exit(main.main(['sample', 'x', '--out', 'y']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_stopped_run_is_kept_and_resumed(pictures: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = [
        sys.executable, "main.py", "train", "vae", "--data", str(pictures), "--out", str(run), "--json",
        "--set", "size=8", "--set", "channels=1", "--set", "width=4", "--set", "latent=3", "--set", "batch=8",
    ]  # fmt: skip
    with subprocess.Popen(
        [*words, "--steps", "1000000"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=dict(os.environ),
    ) as running:  # fmt: skip
        assert running.stdout is not None
        for line in running.stdout:
            if json.loads(line)["event"] == "progressed":
                running.send_signal(signal.SIGINT)
                break
        rest = running.stdout.read().splitlines()
    last = json.loads(rest[-1])
    assert running.returncode == 130
    assert (last["event"], last["reason"]) == ("finished", "stopped")
    assert Path(last["model"]).exists()
    done = subprocess.run(
        [*words, "--resume", "--steps", str(last["steps"] + 5)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    resumed = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stderr
    assert (resumed["reason"], resumed["steps"]) == ("completed", last["steps"] + 5)


def test_a_run_goes_on_without_being_described_again(zscape: Command, pictures: Path, tmp_path: Path) -> None:
    """It asked for --data, and then refused the settings that were left out."""
    run = tmp_path / "run"
    small = [word for name in ("size=8", "width=4", "latent=4", "batch=8") for word in ("--set", name)]
    first = zscape("train", "vae", "--data", pictures, "--out", run, "--steps", 2, *small)
    assert first.code == 0, first.err
    more = zscape("train", "vae", "--out", run, "--resume", "--steps", 4)
    assert (more.code, more.frame.get("steps")) == (0, 4), more.err
    other = zscape("train", "autoencoder", "--out", run, "--resume", "--data", pictures)
    assert other.error["code"] == "changed-run"
