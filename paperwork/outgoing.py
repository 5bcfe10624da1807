"""The connection to the mail server: one for each process, kept open between mails."""

from __future__ import annotations

import contextlib
import os
import smtplib
import threading
import time
from typing import TYPE_CHECKING, Any

from django.core.mail import mailers
from django.core.mail.backends.smtp import EmailBackend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.mail import EmailMessage

REST = 10.0  # seconds in which a server that gave trouble is not asked again by this process


class Postbox:
    """Opens the connection when it is needed, and again when an idle server has closed it."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all, without a word to the server: after a fork the connection is the parent's."""
        self.lock = threading.Lock()
        self.backend: Any = None
        self.rests_until = 0.0

    @property
    def is_resting(self) -> bool:
        """Whether the server gave trouble a moment ago: whoever asks it now waits for nothing."""
        return time.monotonic() < self.rests_until

    @contextlib.contextmanager
    def opened(self) -> Iterator[Any]:
        """A connection that answers. Raises smtplib.SMTPException or OSError when there is none.

        Whatever is raised inside ends the connection: nobody knows in which state it is.
        """
        with self.lock:
            if not self._answers():
                self.backend = _connected()
            try:
                yield self.backend
            except BaseException:
                self._drop()
                raise
            if not isinstance(self.backend, EmailBackend):
                self.backend = None

    def rest(self) -> None:
        """The server gives trouble: leave it alone for a while."""
        self.rests_until = time.monotonic() + REST

    def _answers(self) -> bool:
        connection = getattr(self.backend, "connection", None)
        if connection is None:
            return False
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if connection.noop()[0] == 250:
                return True
        self._drop()
        return False

    def _drop(self) -> None:
        connection = getattr(self.backend, "connection", None)
        if connection is not None:
            connection.close()  # no QUIT: it would wait for an answer
        self.backend = None


def _connected() -> Any:
    """A backend of Django's; of SMTP with a connection that has been greeted."""
    backend: Any = mailers.default
    if isinstance(backend, EmailBackend):
        backend.open()
        connection: Any = backend.connection
        try:
            connection.ehlo_or_helo_if_needed()
        except smtplib.SMTPException:
            connection.close()
            raise
    return backend


postbox = Postbox()
os.register_at_fork(after_in_child=postbox.begin_anew)


def send(backend: Any, mail: EmailMessage) -> None:
    """Hand `mail` to the server; returns when the server has taken it."""
    backend.send_messages([mail])
