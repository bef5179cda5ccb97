"""Zscape: the window without a command, a headless command with one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.commands.console import Arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window or run a command; the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        from engine.commands import console

        if console.wants_window(argv):
            return _open_window(console.parse(argv)[0])
        return console.main(argv)
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] in ("app", "engine"):
            raise
        print(f"zscape: The package {missing.name} is not installed here: run  make setup  first.", file=sys.stderr)
        return 1


def _open_window(arguments: Arguments) -> int:
    if sys.platform == "win32":  # torch's libraries do not load after Qt's (pytorch #166628)
        import torch  # noqa: F401
    from app.run import main as window

    return window(arguments.home, device=arguments.device, threads=arguments.threads)


if __name__ == "__main__":
    sys.exit(main())
