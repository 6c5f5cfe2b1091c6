"""Becomes a command that does not outlive the process it was started by: `tether.py PARENT SIGNAL COMMAND…`.

On Linux the kernel sends the signal when the parent is gone, even by kill -9. Elsewhere this only becomes
the command. Started as a script and without `site`, so it costs about 10 ms.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, ending, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(ending), 0, 0, 0)
        if os.getppid() != int(parent):  # it died before the kernel was asked to watch it
            sys.exit(1)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and what we become would inherit that
    os.execvp(command[0], command)  # noqa: S606 - no shell is the point


main()
