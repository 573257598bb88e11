"""One POST to an address that was checked: no second look at the name, no redirect, no proxy, no endless answer.

The standard library's HTTP client is enough for that and lets us hand it a socket of our own. It reads no proxy
variables and follows nothing.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

from ledger.errors import FormatError
from ledger.outbox.rules import Rules
from ledger.outbox.target import Resolve, Target, checked_addresses, parse_target, system_resolve

CONNECT_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 10.0
"""From the first packet to the end of the answer, however slowly it drips."""

MOST_ANSWER: Final = 16 * 1024
_MOST_ADDRESSES: Final = 3

Dial = Callable[[str, int, float], socket.socket]
"""A connected socket to exactly this address and port within so many seconds; raises OSError."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt: the status if the receiver answered, and the code of what was wrong, if anything."""

    status: int | None
    problem: str | None
    milliseconds: int

    @property
    def delivered(self) -> bool:
        """Whether the receiver has taken it (2xx)."""
        return self.problem is None


class Sender:
    """Sends under an operator's rules. Everything that touches the network can be put in from outside."""

    def __init__(
        self,
        rules: Rules,
        *,
        resolve: Resolve = system_resolve,
        dial: Dial | None = None,
        tls: ssl.SSLContext | None = None,
        seconds: float = WHOLE_SECONDS,
    ) -> None:
        """`tls` says whose certificates are believed: by default those this machine believes."""
        self._rules = rules
        self._resolve = resolve
        self._dial = dial or dialled
        self._tls = tls or _trusting()
        self._seconds = seconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST a JSON body and say what came of it; never raises for what the other side does."""
        started = monotonic()
        status, problem = self._post(url, headers, body)
        return Answer(status, problem, round((monotonic() - started) * 1000))

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        try:
            # Again before every attempt: names move, and the operator's rules may have become stricter.
            target = parse_target(url, self._rules)
            addresses = checked_addresses(target, self._rules, self._resolve)
        except FormatError as error:
            return None, error.problems[0].code
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                raw = self._dial(address, target.port, CONNECT_SECONDS)
            except OSError:
                continue
            return self._exchange(target, raw, headers, body)
        return None, "webhook-unreachable"

    def _exchange(
        self, target: Target, raw: socket.socket, headers: Mapping[str, str], body: bytes
    ) -> tuple[int | None, str | None]:
        # A second handle on the same connection: shutting it down ends whatever waits on the first one.
        handle = raw.dup()
        late = threading.Event()
        watch = threading.Timer(self._seconds, _cut, (handle, late))
        watch.daemon = True
        watch.start()
        connection = _Given(target, raw)
        try:
            raw.settimeout(self._seconds)
            if target.scheme == "https":
                connection.sock = self._tls.wrap_socket(raw, server_hostname=target.host)
            connection.request("POST", target.path, body, {"Host": target.authority, **_FIXED, **headers})
            answer = connection.getresponse()
            if late.is_set():
                # Cut off within its head, an answer looks like a short one, whatever it was going to say.
                return None, "webhook-too-slow"
            # Reading a little lets an honest receiver finish its answer; nothing in it is used, or waited for.
            with suppress(OSError, http.client.HTTPException, ValueError):
                answer.read(MOST_ANSWER)
        except ssl.SSLCertVerificationError:
            return None, "webhook-certificate"
        except (OSError, http.client.HTTPException, ValueError):
            return None, "webhook-too-slow" if late.is_set() else "webhook-broken-off"
        finally:
            watch.cancel()
            connection.close()
            raw.close()
            handle.close()
        return answer.status, _problem_of(answer.status)


class _Given(http.client.HTTPConnection):
    """A connection over a socket that is connected already, and that connects to nothing by itself."""

    def __init__(self, target: Target, raw: socket.socket) -> None:
        super().__init__(target.host, target.port)
        self.sock: socket.socket = raw
        self.auto_open = 0


def dialled(address: str, port: int, seconds: float) -> socket.socket:
    """Connect to an address written out in numbers; nothing here asks for a name."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        made.connect((address, port))
    except BaseException:
        made.close()
        raise
    return made


def _cut(handle: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):  # it may have ended by itself
        handle.shutdown(socket.SHUT_RDWR)


def _problem_of(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return "webhook-redirected" if 300 <= status < 400 else "webhook-refused"


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


_FIXED: Final = {
    "Content-Type": "application/json",
    "User-Agent": "Chaski",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
