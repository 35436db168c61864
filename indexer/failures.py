"""From exception to exit status: one line on standard error, never a traceback."""

from __future__ import annotations

import errno
import os
import sys

from indexer.errors import EssaysError
from indexer.output import discard_output, open_streams
from indexer.terminal import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

DONE, FAILED, INTERRUPTED = 0, 2, 130
# Code points of a message; more is somebody's text repeated, not a message.
_LONGEST = 500

_ADVICE = {
    errno.ENOSPC: "; make room on the disk and try again",
    errno.EDQUOT: "; make room on the disk and try again",
    errno.EACCES: "; ask its owner, or choose another place",
    errno.EROFS: "; choose a place that can be written to",
    errno.EMFILE: "; allow more open files (ulimit -n) and try again",
}


def guarded(run: Callable[[], int], *, debug: bool = False) -> int:
    """Runs a command; its status, or that of the exception that ended it."""
    open_streams()
    try:
        status = run()
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:  # the reader has seen enough
        discard_output()
        return DONE
    except Exception as error:
        debug = debug or os.environ.get("ESSAYS_DEBUG", "") not in ("", "0")
        if debug:
            import contextlib
            import traceback

            with contextlib.suppress(OSError):
                traceback.print_exc()
        return _fail(_message(error, debug), FAILED)


def _message(error: Exception, debug: bool) -> str:
    if isinstance(error, EssaysError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory; nothing that was stored before is lost"
    if isinstance(error, OSError) and error.errno is not None:
        named = isinstance(error.filename, str | bytes)
        where = os.fsdecode(error.filename) if named else "standard output"
        return f"{where}: {os.strerror(error.errno).lower()}{_ADVICE.get(error.errno, '')}"
    kind = type(error).__name__
    detail = f"{kind}: {error}" if str(error) else kind
    more = "" if debug else " with what the same command with --debug shows"
    return f"this is a bug ({detail}); please report it{more}"


def _fail(message: str, status: int) -> int:
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        discard_output()
    line = " ".join(safe(message).split())
    if len(line) > _LONGEST:
        line = line[:_LONGEST] + "…"
    try:
        sys.stderr.write(f"essays: {line}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
    return status
