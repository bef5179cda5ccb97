"""Any error as something a person can read."""

from __future__ import annotations

import traceback

from engine.disk.files import ZscapeError, refusal
from engine.protocol.values import Problem


def problem_of(error: BaseException) -> Problem:
    """Any error as something a person can read; the traceback is for the log."""
    if isinstance(error, ZscapeError):
        return Problem(code=error.code, sentence=error.sentence, path=error.path)
    if isinstance(error, MemoryError) or "not enough memory" in str(error) or "out of memory" in str(error):
        return Problem(code="out-of-memory", sentence="There is not enough memory for this; choose smaller settings.")
    details = "".join(traceback.format_exception(error))
    known = refusal(error) if isinstance(error, OSError) else None
    if known is not None:
        return Problem(code=known.code, sentence=known.sentence, path=known.path, details=details)
    return Problem(
        code="internal",
        sentence=f"Something went wrong inside ({type(error).__name__}: {str(error)[:200]}).",
        details=details,
    )
