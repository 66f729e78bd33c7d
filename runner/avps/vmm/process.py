# SPDX-License-Identifier: GPL-2.0-or-later
"""A VMM as a process that can't outlive the runner."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
from contextlib import contextmanager
from typing import IO, Callable, Iterator, Mapping, Sequence

from avps.errors import UserError
from avps.targets import Target

_PR_SET_PDEATHSIG = 1
_SEND_BUFFER = 1 << 20  # more than all answers of a run, so that sending never waits for the guest
_libc = ctypes.CDLL(None)
_INTERRUPTS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A context that Ctrl-C and the like don't break into: they come when it ends.

    For the moments in which a process is there that nobody would end yet.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class VmmProcess:
    """A started VMM, which can't outlive the runner.

    `console` is what it writes, `stream` our end of the record stream, `others` our ends of the
    sockets beyond it, `pidfd` tells its death. It has a process group of its own, as Ctrl-C is for
    the runner to handle.
    """

    def __init__(self, command_for: Callable[..., Sequence[str]], others: int = 0) -> None:
        """Start the command that `command_for` gives for the record stream's file descriptor, and
        for those of `others` more sockets. To be called uninterrupted().

        Raises UserError if it can't be started.
        """
        pairs = [socket.socketpair() for _ in range(1 + others)]
        self.stream, *self.others = [ours for ours, _ in pairs]
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        theirs = [their.fileno() for _, their in pairs]
        self.command = list(command_for(*theirs))
        runner = os.getpid()

        def die_with_runner() -> None:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPTS)
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
                pass_fds=theirs,
                process_group=0,
                preexec_fn=die_with_runner,
            )
        except OSError as error:
            for ours, _ in pairs:
                ours.close()
            raise UserError(
                f"{self.command[0]} can't be started: {error.strerror}: install it (make setup)"
            ) from error
        finally:
            for _, their in pairs:
                their.close()
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
        for ours in (self.stream, *self.others):
            ours.close()
        self.console.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1


def start(target: Target, values: Mapping[str, str | list[str]]) -> VmmProcess:
    """Start a target's command line, with sockets for the placeholders that stand for such; the
    others stand for `values`. To be called uninterrupted(), until it is known who closes it.

    Raises UserError if it can't be started.
    """

    def command_for(*sockets: int) -> list[str]:
        return target.expand({**values, **dict(zip(target.sockets, map(str, sockets)))})

    return VmmProcess(command_for, others=len(target.sockets) - 1)
