"""Becomes another program: the last step before Chromium and Xvfb are started.

Run by `streaming.output.process` as a program of its own, with nothing but the standard library: puts two
inherited file descriptors to 3 and 4 (where Chromium expects its debugging pipe), asks the system to end the
program when its parent dies, and replaces itself. Must not be imported for anything else.

    python -I output_child.py PARENT READ WRITE PROGRAM [ARGUMENT …]        (READ and WRITE may be -)
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import sys

__all__ = ["main"]

# Source: linux/prctl.h (read 2026-11-22).
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Replace this process; returns never.

    Args:
        arguments: process id of the parent, two descriptors or `-`, the program, its arguments.
    """
    parent, read, write, *command = arguments
    # Other systems have no such call; there the parent's own clean-up has to do.
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        # It died before it could be watched.
        sys.exit(1)
    if read != "-":
        # By way of high numbers, because either may already stand in the other's place.
        held = [fcntl.fcntl(int(one), fcntl.F_DUPFD_CLOEXEC, 10) for one in (read, write)]
        for one in (read, write):
            os.set_inheritable(int(one), False)
        os.dup2(held[0], 3)
        os.dup2(held[1], 4)
    os.execvp(command[0], command)  # noqa: S606  # no shell on purpose


if __name__ == "__main__":
    main(sys.argv[1:])
