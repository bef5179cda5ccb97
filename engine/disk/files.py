"""Every byte in or out passes here: bounded reading, sniffing, atomic writing, and the one loading error."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from engine.disk.scratch import scratch_file, scratch_folder


class ZscapeError(Exception):
    """A failure with a sentence for a person. Codes are stable and scripted against."""

    def __init__(self, code: str, sentence: str, path: str | os.PathLike[str] = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.path = os.fspath(path)


class LoadError(ZscapeError):
    """The only exception that a loader raises: path, code, sentence."""

    def __init__(self, path: str | os.PathLike[str], code: str, sentence: str) -> None:
        super().__init__(code, sentence, path)


class WriteError(ZscapeError):
    """A file could not be written; what was there before is still there."""


class BadConfig(ZscapeError):
    """A setting is out of its range, or settings do not go together; `field` is the one to change, if one is."""

    def __init__(self, code: str, sentence: str, path: str | os.PathLike[str] = "", *, field: str = "") -> None:
        super().__init__(code, sentence, path)
        self.field = field


class Cancelled(ZscapeError):
    """Somebody asked for the work to stop; what was there before is still there."""

    def __init__(self, sentence: str = "Stopped, as asked; nothing was changed.") -> None:
        super().__init__("stopped", sentence)


def shown(path: str | os.PathLike[str]) -> str:
    """A path's last part as it can stand in a sentence: no control characters, never too long."""
    return on_a_line(os.path.basename(os.fspath(path).rstrip("/\\")) or os.fspath(path))


def on_a_line(name: str, most: int = 80) -> str:
    """Words of a stranger as they can stand in a sentence; of long ones the beginning and the end."""
    name = name.encode("utf-8", "replace").decode("utf-8", "replace")
    clean = "".join(ch if ch.isprintable() else "�" for ch in name)  # marks that turn the text around count too
    return clean if len(clean) <= most else f"{clean[: 5 * most // 8]}…{clean[-(5 * most // 16) :]}"


_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "is a folder, not a file"),
    (stat.S_ISFIFO, "is a pipe, not a file"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
    (stat.S_ISSOCK, "is a socket, not a file"),
)


def check_regular(path: str | os.PathLike[str], *, limit_bytes: int) -> int:
    """Size of a regular file within the limit; anything else (pipe, device, folder, loop) is a LoadError.

    A stat comes before any open, because opening a pipe waits for its writer for ever.
    """
    try:
        info = os.stat(path)
    except ValueError:
        raise LoadError(path, "bad-path", f"“{shown(path)}” is not a possible file name.") from None
    except OSError as error:
        raise unreadable(path, error) from None
    for test, words in _KINDS:
        if test(info.st_mode):
            raise LoadError(path, "not-a-file", f"“{shown(path)}” {words}.")
    if info.st_size > limit_bytes:
        raise LoadError(
            path, "too-large", f"“{shown(path)}” is larger than the {limit_bytes >> 20} MB that are read here."
        )
    return info.st_size


def read_bounded(path: str | os.PathLike[str], *, limit_bytes: int) -> bytes:
    """The whole of a regular file, never more than the limit, whatever it says of its own size."""
    check_regular(path, limit_bytes=limit_bytes)
    try:
        with open(path, "rb") as file:
            content = file.read(limit_bytes + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    if len(content) > limit_bytes:
        raise LoadError(path, "too-large", f"“{shown(path)}” grew past {limit_bytes >> 20} MB while it was read.")
    return content


def sha256_file(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


# Faults are injected here by tests: each named moment of a write passes through this hook.
write_moment: Callable[[str, str], None] = lambda moment, path: None  # noqa: E731


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file that appears whole or not at all: temp file beside it, fsync, replace, fsync of the folder.

    Overwriting in place loses the old content when the disk is full; this never does.
    """
    target = Path(path)
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_moment("create", str(target))
        handle, temporary = scratch_file(target)
        with os.fdopen(handle, "wb") as file:
            yield file
            write_moment("flush", str(target))
            file.flush()
            write_moment("fsync", str(target))
            os.fsync(file.fileno())
            if os.name == "nt":  # an open file cannot be renamed there; elsewhere the lock lasts until it has its name
                file.close()
            write_moment("replace", str(target))
            os.replace(temporary, target)
            temporary = None
        write_moment("fsync-folder", str(target))
        _fsync_folder(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def atomic_write(path: str | os.PathLike[str], content: bytes | str) -> None:
    """Write a whole file, or leave the old one untouched."""
    payload = content.encode("utf-8") if isinstance(content, str) else content
    with atomic_file(path) as file:
        write_moment("write", str(path))
        file.write(payload)


def append_line(path: str | os.PathLike[str], line: str) -> None:
    """Add a line to a file in one call, so that whoever is killed leaves at most one torn line, at the end."""
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_moment("append", str(target))
        with open(target, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as error:
        raise unwritable(target, error) from error


@contextlib.contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """A folder that appears whole or not at all, in place of an older one of the same name.

    The old folder is set aside before the new one takes its name and is deleted last; only a crash between two
    renames can leave it aside, and then nothing of it is lost.
    """
    temporary: Path | None = None
    lock = -1
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock, temporary = scratch_folder(target)
        yield temporary
        write_moment("replace", str(target))
        aside = temporary.with_suffix(".old") if target.exists() else None
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)  # the target is there again: what a crash left aside is older
            os.replace(target, aside)
        os.replace(temporary, target)
        temporary = None
        _fsync_folder(target.parent)
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        if lock >= 0:
            os.close(lock)


def _fsync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; its rename is journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_REASONS = {
    errno.ENOENT: ("missing", "does not exist"),
    errno.EACCES: ("no-permission", "may not be read with your permissions"),
    errno.EPERM: ("no-permission", "may not be read with your permissions"),
    errno.ELOOP: ("link-loop", "is a link that leads back to itself"),
    errno.ENAMETOOLONG: ("bad-path", "has a name longer than the system allows"),
    errno.EISDIR: ("not-a-file", "is a folder, not a file"),
    errno.ENOTDIR: ("missing", "does not exist"),
}
_CAUSES = {
    errno.ENOSPC: ("disk-full", "the disk is full"),
    errno.EDQUOT: ("disk-full", "your disk quota is used up"),
    errno.EACCES: ("no-permission", "you may not write in this folder"),
    errno.EPERM: ("no-permission", "you may not write in this folder"),
    errno.EROFS: ("read-only", "this folder is read-only"),
    errno.EIO: ("disk-error", "the disk reports an error"),
    errno.EISDIR: ("not-a-file", "a folder of this name stands there"),
    errno.ENAMETOOLONG: ("bad-path", "the name is longer than the system allows"),
    errno.ENOTDIR: ("bad-path", "a part of the path is a file, not a folder"),
    errno.EEXIST: ("bad-path", "a file stands where a folder is needed"),
    errno.ENOENT: ("missing", "the folder does not exist"),
}


def refusal(error: OSError) -> ZscapeError | None:
    """What the system refused to do with a file, in a sentence that names it; None if it named none."""
    if not isinstance(error.filename, str | bytes) or error.errno is None:
        return None
    path = os.fsdecode(error.filename)
    known = _REASONS.get(error.errno)
    if error.errno in (errno.EACCES, errno.EPERM):
        known = ("no-permission", "may not be used with your permissions")
    if known is not None:
        return ZscapeError(known[0], f"“{shown(path)}” {known[1]}.", path)
    return ZscapeError(_errno_code(error), f"“{shown(path)}” cannot be used: {_cause(error)}.", path)


def unreadable(path: str | os.PathLike[str], error: OSError) -> LoadError:
    """Why the system would not let a file be read."""
    return LoadError(path, _errno_code(error), f"“{shown(path)}” {_reason(error)}.")


def unwritable(target: Path, error: OSError) -> WriteError:
    """Why the system would not let a file or folder be written."""
    return WriteError(_errno_code(error), f"“{shown(target)}” could not be written: {_cause(error)}.", target)


def _errno_code(error: OSError) -> str:
    known = _CAUSES.get(error.errno or 0) or _REASONS.get(error.errno or 0)
    return known[0] if known else "io-error"


def _reason(error: OSError) -> str:
    known = _REASONS.get(error.errno or 0)
    return known[1] if known else f"cannot be read ({error.strerror or error})"


def _cause(error: OSError) -> str:
    known = _CAUSES.get(error.errno or 0)
    return known[1] if known else (error.strerror or str(error))
