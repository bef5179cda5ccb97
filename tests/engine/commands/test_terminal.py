"""What a terminal shows: a bar, numbers in columns, tables that fit; and that nothing moves anywhere else."""

from __future__ import annotations

import io
import re

import pytest

from engine.commands import console, data, families
from engine.commands.printed.terminal import Screen, print_result
from engine.commands.report import Report
from engine.commands.values import Progress

LOSSES = (
    ("loss", -0.55441), ("elbo", 7174.31), ("reconstruction", 7414.123), ("kl", 240.3), ("unlikeness", 0.3889),
    ("untold", 0.198), ("pixel_error", 0.04248), ("discriminator_loss", 1.2e-9),
)  # fmt: skip
STEP = Progress(
    "step", 123_456, 300_000, left="31 min left", facts=("61 images/s",), numbers=LOSSES,
    note="Learning: the ELBO rose 12 % lately, and the error of a pixel fell a little as well, which is a good sign.",
)  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def visible(stream: io.StringIO) -> list[str]:
    """The lines as they were drawn, without what moves the cursor."""
    uncoloured = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\n", uncoloured).replace("\r", "\n").split("\n")


def screen(stream: Terminal) -> Screen:
    return Screen(stream, width=80, force_terminal=True, _environ={"TERM": "xterm"})


def test_a_run_is_a_bar_the_time_left_and_columns_that_fit() -> None:
    out = Terminal()
    shown = screen(out)
    shown.show(STEP)
    lines = [line for line in visible(out) if line.strip()]
    assert max(map(len, lines)) <= 80
    text = " ".join(lines)
    assert "━" in text
    for part in ("41 %", "123456 of 300000", "31 min left", "61 images/s", "a good sign"):
        assert part in text
    for name, value in LOSSES:
        assert any(f"{name.replace('_', ' ')} {value:.4g}" in line for line in map(" ".join, map(str.split, lines))), (
            name
        )
    shown.close()


def test_columns_stand_still_while_numbers_change() -> None:
    places = []
    for value in (0.1, -12345.678, 1.5e-7):
        out = Terminal()
        shown = screen(out)
        shown.show(Progress("step", 1, 2, numbers=(("loss", value), ("kl", value), ("elbo", value))))
        places.append(next(line.index("kl ") for line in visible(out) if "kl " in line))
        shown.close()
    assert len(set(places)) == 1


def test_each_drawing_takes_the_place_of_the_last() -> None:
    out = Terminal()
    shown = screen(out)
    shown.show(STEP)
    first = len(out.getvalue())
    shown.show(Progress("step", 130_000, 300_000, numbers=LOSSES))
    assert out.getvalue()[first:].startswith("\r\x1b[2K\x1b[1A")  # up and over what stands there
    shown.say("Stopping; once more to leave at once.")
    shown.close()
    assert "once more" in out.getvalue()


def report(*, json_lines: bool = False, quiet: bool = False, err: io.StringIO) -> Report:
    return Report(json_lines=json_lines, quiet=quiet, out=io.StringIO(), err=err)


def test_elsewhere_progress_is_plain_lines() -> None:
    err = io.StringIO()
    told = report(err=err)
    told.progress(
        Progress("step", 3, 10, left="5 s left", facts=("9 images/s",), numbers=(("loss", 0.5),), note="Good.")
    )
    told.close()
    assert err.getvalue() == "step 3 of 10 · 9 images/s · 5 s left · loss 0.5 · Good.\n"


@pytest.mark.parametrize("how", [{"json_lines": True}, {"quiet": True}])
def test_for_programs_nothing_moves_on_a_terminal_either(how: dict[str, bool]) -> None:
    err = Terminal()
    told = report(err=err, **how)
    told.progress(STEP)
    told.close()
    assert "\x1b" not in err.getvalue()
    assert bool(err.getvalue()) is not how.get("quiet", False)


def test_a_terminal_that_cannot_move_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    err = Terminal()
    told = report(err=err)
    told.progress(STEP)
    told.close()
    assert "\x1b" not in err.getvalue()


def test_a_report_on_a_terminal_draws_and_lets_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    err = Terminal()
    told = report(err=err)
    told.progress(Progress("Reading pictures", 5, 10))
    told.say("Left out one.")
    told.close()
    assert "━" in err.getvalue()
    assert "Left out one." in err.getvalue()
    assert err.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K") or "\x1b[?25h" in err.getvalue()  # the cursor is back


# ---------------------------------------------------------------- tables


def table(result: object, columns: dict[str, str]) -> list[str]:
    out = Terminal()
    print_result(result, columns, out, width=80, no_color=True, force_terminal=False)
    return out.getvalue().splitlines()


def test_families_fit_eighty_columns() -> None:
    from argparse import Namespace

    found = families.run(Namespace(), report(err=io.StringIO()))
    lines = table(found, families.COLUMNS)
    assert max(map(len, lines)) <= 80
    assert {line.split(" ")[0] for line in lines} >= {family["name"] for family in found}
    assert "fields" not in lines[0]


def test_sets_of_data_fit_eighty_columns(tmp_path: object) -> None:
    from argparse import Namespace

    found = data.run(Namespace(action="list", home=tmp_path, thumbnails=None), report(err=io.StringIO()))
    lines = table(found, data.COLUMNS)
    assert max(map(len, lines)) <= 80
    assert {line.split(" ")[0] for line in lines} >= {entry["name"] for entry in found}
    assert not any("handwritten-l" in line and "looking" not in line for line in lines)


def test_what_was_measured_is_a_table_and_hashes_stay_whole() -> None:
    sha = "0123456789abcdef" * 4
    metrics = {name: {"value": 17.75, "stderr": 1.5, "n": 20, "real": 18.24} for name in ("fid", "sharpness")}
    lines = table({"metrics": metrics, "sha256": sha, "files": ["a" * 70, "b"]}, {})
    assert lines[0].strip() == "metrics"
    assert lines[1].split() == ["value", "stderr", "n", "real"]
    assert lines[2].split() == ["fid", "17.75", "1.5", "20", "18.24"]
    assert any(sha in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_on_a_terminal_a_result_is_drawn_by_rich_and_elsewhere_plain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = [{"name": "a", "note": "x"}, {"name": "b", "note": ""}]
    console._print(result, None, quiet=False)
    assert capsys.readouterr().out == "name  note\na     x\nb     –\n"
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setenv("TERM", "xterm")
    console._print(result, None, quiet=False)
    assert "\x1b[" in out.getvalue()
    out.truncate(0)
    console._print(result, None, quiet=True)
    assert "\x1b[" not in out.getvalue()
