# SPDX-License-Identifier: GPL-2.0-or-later
"""A VMM as a process that can't outlive the runner."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
from typing import IO, Callable, Sequence

from avps.errors import UserError

_PR_SET_PDEATHSIG = 1
_SEND_BUFFER = 1 << 20  # more than all answers of a run, so that sending never waits for the guest
_libc = ctypes.CDLL(None)


class VmmProcess:
    """A started VMM, which can't outlive the runner.

    `console` is what it writes, `stream` our end of the record stream, `pidfd` tells its death. It
    has a process group of its own, as Ctrl-C is for the runner to handle.
    """

    def __init__(self, command_for: Callable[[int], Sequence[str]]) -> None:
        """Start the command that `command_for` gives for the record stream's file descriptor.

        Raises UserError if it can't be started.
        """
        self.stream, theirs = socket.socketpair()
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self.command = list(command_for(theirs.fileno()))
        runner = os.getpid()

        def die_with_runner() -> None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != runner:  # it died before we could ask for that
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                pass_fds=[theirs.fileno()],
                process_group=0,
                preexec_fn=die_with_runner,
            )
        except OSError as error:
            self.stream.close()
            raise UserError(
                f"{self.command[0]} can't be started: {error.strerror}: install it (make setup)"
            ) from error
        finally:
            theirs.close()
        assert self._process.stdout
        self.console: IO[bytes] = self._process.stdout
        self.pidfd = os.pidfd_open(self._process.pid)

    @property
    def pid(self) -> int:
        """Number of the process, and of its group."""
        return self._process.pid

    def end(self) -> int:
        """Kill it and all it started; give its exit status, or minus the signal that ended it."""
        if (
            self._process.returncode is None
        ):  # not reaped, so that the number of its group can't be another's
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return self._process.wait()

    def close(self) -> None:
        """End it and give back its descriptors."""
        self.end()
        self.stream.close()
        self.console.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
