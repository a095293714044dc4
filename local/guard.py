"""Runs a command, and takes everything that it started down when the launcher is gone, however it went.

    python guard.py COMMAND ARGUMENT...

Standard input is a pipe that the launcher holds open and never writes to: its end is the launcher's end,
even when that was killed and could not tidy up. The guard leads the process group.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h: orphans in our tree become our children, for us to reap


def main(command: list[str]) -> int:
    # The command is in our group, gets the signal too and is waited for. A handler, unlike ignoring, isn't
    # inherited by it.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    threading.Thread(target=kill_group_at_end_of_input, daemon=True).start()
    status = subprocess.Popen(command, stdin=subprocess.DEVNULL).wait()  # noqa: S603 the launcher's own command
    reap_orphans()
    return status


def kill_group_at_end_of_input() -> None:
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def reap_orphans() -> None:
    """Waits for what the command left running; the launcher kills the group if this takes too long."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
