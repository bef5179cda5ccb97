"""The frame around every headless command: options, the JSON envelope, exit codes, one sentence per failure."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NoReturn

from engine import __version__
from engine.commands import COMMANDS, module_of
from engine.commands.printed.showing import shown
from engine.commands.report import Report, draws
from engine.commands.values import as_json, one_line
from engine.disk.files import Cancelled, ZscapeError, refusal
from engine.disk.home import default_home, log_file
from engine.machine.facts import machine

SCHEMA = 1
OK, INTERNAL, BAD_INPUT, STOPPED = 0, 1, 2, 130


_CHOICE = re.compile(r"^(.*?): invalid choice: '(.*)' \(choose from (.*)\)$", re.DOTALL)
"""How argparse refuses a word that is none of a few."""


class BadUsage(ZscapeError):
    """The command line cannot be understood."""


class HelpShown(Exception):
    """--help or --version was answered."""


class _Parser(argparse.ArgumentParser):
    """argparse that reports in one sentence instead of leaving the program."""

    def error(self, message: str) -> NoReturn:
        text = _CHOICE.sub(r"\1 “\2” is unknown; choose from \3", message.removeprefix("argument "))
        raise BadUsage("usage", f"{text[0].upper()}{text[1:]} (see {self.prog} --help).")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise HelpShown


class Arguments(argparse.Namespace):
    """The global options; each command adds its own."""

    command: str | None = None
    json: bool = False
    home: Path
    device: str = "auto"
    threads: int = 0
    seed: int = 0
    quiet: bool = False


def whole(low: int, high: int) -> Any:
    """An argparse type: a whole number in a range."""

    def number(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not between {low} and {high}")
        return value

    number.__name__ = "whole number"
    return number


def plain_number(text: str) -> int | None:
    """The whole number that a short run of digits is; `isdigit` also holds for “²”, and `int` has a longest text."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _global_options() -> argparse.ArgumentParser:
    """Accepted before and after the command; SUPPRESS keeps the command's parser from undoing an answer."""
    options = _Parser(prog="zscape", add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    group = options.add_argument_group("everywhere")
    group.add_argument("--json", action="store_true", help="one JSON object on the last line of stdout")
    group.add_argument("--home", type=Path, metavar="DIR", help="settings, cache and runs")
    group.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), help="where torch works (auto)")
    group.add_argument("--threads", type=whole(1, 1024), metavar="N", help="processor threads for torch")
    group.add_argument("--seed", type=whole(0, 2**32 - 1), metavar="S", help="same seed, same result (0)")
    group.add_argument("--quiet", action="store_true", help="no progress")
    return options


def parse(argv: Sequence[str]) -> tuple[Arguments, ModuleType | None]:
    """Options and the module of the command; no command means the window.

    The global options are taken out first, wherever they stand; only the named command's module is imported.
    """
    options = _global_options()
    arguments, rest = options.parse_known_args(argv, Arguments())
    parser = _Parser(
        prog="zscape",
        parents=[options],
        allow_abbrev=False,
        description="See what generative models have learned. Without a command the window opens.",
        epilog="zscape COMMAND --help says more.",
    )
    parser.add_argument("--version", action="version", version=f"zscape {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    asked = next((word for word in rest if not word.startswith("-")), None)
    module = None
    for name, summary in COMMANDS.items():
        if name == asked:
            module = importlib.import_module(module_of(name))
            module.add_parser(subparsers)
            _describe(subparsers.choices[name], summary)
        else:
            subparsers.add_parser(name, help=summary)
    parser.parse_args(rest, arguments)
    if "home" not in arguments:
        arguments.home = default_home()
    arguments.home = arguments.home.expanduser().absolute()
    return arguments, module


def _describe(parser: argparse.ArgumentParser, summary: str) -> None:
    """What a command does also stands at the top of its own help."""
    if parser.description is None:
        parser.description = f"{summary[:1].upper()}{summary[1:]}."


def wants_window(argv: Sequence[str]) -> bool:
    """True when nothing but global options was given."""
    try:
        return not _global_options().parse_known_args(argv)[1]
    except BadUsage:
        return False


def main(argv: Sequence[str]) -> int:
    """Run a headless command and return the exit code."""
    started = time.perf_counter()
    wants_json = "--json" in argv
    command = next((word for word in argv if word in COMMANDS), "")
    home, result, problem, code = default_home(), None, None, OK
    module: ModuleType | None = None
    report = Report(json_lines=wants_json, quiet="--quiet" in argv)
    device = "cpu"
    try:
        arguments, module = parse(argv)
        if module is None:
            raise BadUsage("usage", "Name a command: " + ", ".join(COMMANDS) + ".")
        home, command = arguments.home, arguments.command or ""
        _prepare_torch(arguments)
        _stop_on_terminate()
        result = module.run(arguments, report)
        device = _device_used(arguments)
        code, problem = _judged(result)
    except HelpShown:
        return OK
    except Cancelled as error:
        code, problem = STOPPED, {"code": error.code, "path": "", "message": one_line(error.sentence)}
    except ZscapeError as error:
        code, problem = BAD_INPUT, {"code": error.code, "path": error.path, "message": one_line(error.sentence)}
    except KeyboardInterrupt:
        code, problem = STOPPED, {"code": "stopped", "path": "", "message": "Stopped."}
    except BrokenPipeError:  # who read our answer has left; there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERNAL
    except OSError as error:
        code, problem = _refused(error, home)
    except Exception as error:
        code, problem = INTERNAL, _unexpected(error, home)
    report.close()
    seconds = round(time.perf_counter() - started, 3)
    # a result that ends a stream of events is itself the last event: its entries also stand at the top
    frame: dict[str, Any] = dict(result) if isinstance(result, dict) and "event" in result else {}
    frame |= {"schema": SCHEMA, "command": command, "ok": problem is None}
    frame |= {"machine": machine(device), "seconds": seconds}
    if problem is not None:
        sys.stderr.write(f"zscape: {problem['message']}\n")
        frame["error"] = problem
    if result is not None:
        frame["result"] = result
    if wants_json:
        sys.stdout.write(as_json(frame) + "\n")
    elif problem is None:
        _print(result, module, quiet=report.is_quiet)
    sys.stdout.flush()
    return code


def _print(result: Any, module: ModuleType | None, *, quiet: bool) -> None:
    """For people: tables on a terminal, plain lines elsewhere."""
    if draws(sys.stdout) and not quiet:
        from engine.commands.printed.terminal import print_result

        print_result(result, getattr(module, "COLUMNS", {}), sys.stdout)
    else:
        print("\n".join(shown(result)))


def _judged(result: Any) -> tuple[int, dict[str, str] | None]:
    """A run that was stopped is kept, yet not what was asked for; one that diverged had settings that cannot work."""
    if isinstance(result, dict) and result.get("ok") is False:
        broken = "; ".join(f"{check['name']}: {check['detail']}" for check in result["checks"] if not check["ok"])
        return INTERNAL, {"code": "selftest", "path": "", "message": one_line(f"Not everything works. {broken}")}
    match result.get("reason") if isinstance(result, dict) else None:
        case "stopped":
            return STOPPED, None
        case "diverged":
            return BAD_INPUT, {"code": "diverged", "path": "", "message": one_line(str(result["sentence"]))}
        case _:
            return OK, None


def _prepare_torch(arguments: Arguments) -> None:
    """Thread settings that torch reads when it is imported."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if arguments.threads:
        os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(arguments.threads)
        if (torch := sys.modules.get("torch")) is not None:
            torch.set_num_threads(arguments.threads)


def _stop_on_terminate() -> None:
    """SIGTERM ends a command the way Ctrl-C does: what was begun is finished or undone first."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with suppress(ValueError):  # handlers belong to the main thread; elsewhere the caller has its own
        signal.signal(signal.SIGTERM, stop)


def _device_used(arguments: Arguments) -> str:
    if "torch" not in sys.modules:
        return "cpu"
    from engine.machine.devices import choose

    return str(choose(arguments.device).torch)


def _refused(error: OSError, home: Path) -> tuple[int, dict[str, str]]:
    """The system would not do something with a file that it names: then the file is the reason, not a mistake here."""
    known = refusal(error)
    if known is None:
        return INTERNAL, _unexpected(error, home)
    return BAD_INPUT, {"code": known.code, "path": known.path, "message": one_line(known.sentence)}


def _unexpected(error: Exception, home: Path) -> dict[str, str]:
    """A mistake of ours: the sentence for the person, the traceback for the log."""
    log = log_file(home)
    where = ""
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {''.join(traceback.format_exception(error))}\n")
        where = f" Details: {log}"
    reason = one_line(str(error)) or type(error).__name__
    return {"code": "internal", "path": "", "message": f"Something went wrong inside Zscape: {reason[:300]}.{where}"}
