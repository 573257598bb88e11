"""Where a webhook goes: a URL read strictly, and the addresses of its host, every one of which must be public.

The addresses that were checked here are the ones that are called: nobody asks for the name a second time.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ledger.errors import FormatError, Problem
from ledger.outbox.addresses import address_of, is_public, is_this_machine
from ledger.outbox.rules import Rules

Resolve = Callable[[str, int], Sequence[str]]
"""Every address of a name; raises OSError where there is none."""

_LONGEST: Final = 2048
# Visible ASCII without what means something else to some reader of URLs: a backslash, quotes, spaces, brackets of HTML.
_CHARACTERS: Final = re.compile(r"[!#-;=?-\[\]_a-z~]+")
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# A host whose last label is a number is an IPv4 address to some readers (2130706433, 0x7f.1, 127.1), a name to none.
_NAME: Final = re.compile(rf"({_LABEL}\.)*(?!\d)(?!0x)({_LABEL})")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. `host` is a name in small letters or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str, rules: Rules) -> Target:
    """Read a URL; raises FormatError webhook-url with the part that will not do.

    Only https, to a port the operator allows, without a user, a password or a fragment. Where this machine is
    allowed (tests), http to its loopback too, on any port.
    """
    if len(url) > _LONGEST or not _CHARACTERS.fullmatch(url):
        raise _refused(url, "https://host/path")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise _refused(url, "https://host/path") from None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise _refused(url, "https://host/path")
    if "@" in parts.netloc or "#" in url or (parts.netloc.endswith(":")):
        raise _refused(url, "https://host/path")
    host = host.removesuffix(".")
    address = address_of(host)
    if "%" in host or (address is None and (len(host) > 253 or not _NAME.fullmatch(host))):
        raise _refused(host, "https://host/path")
    local = rules.allow_local and (host == "localhost" or (address is not None and is_this_machine(address)))
    if parts.scheme == "http" and not local:
        raise _refused(f"{parts.scheme}:", "https:")
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if not local and port not in rules.ports:
        raise _refused(port, ", ".join(str(each) for each in rules.ports))
    if address is not None and not local and not is_public(address):
        raise FormatError(Problem("webhook-address", "/url", host))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def checked_addresses(target: Target, rules: Rules, resolve: Resolve) -> tuple[str, ...]:
    """The addresses to call; raises FormatError webhook-address where any of them is not a stranger's public one.

    One closed address among open ones refuses all: whoever controls the name may be playing for exactly that.
    """
    literal = address_of(target.host)
    try:
        found = [target.host] if literal is not None else list(resolve(target.host, target.port))
    except (OSError, ValueError):  # no such name, or none the resolver could even ask for
        found = []
    if not found:
        raise FormatError(Problem("webhook-unresolved", "/url", target.host, retry="after-change"))
    for text in found:
        address = address_of(text)
        allowed = address is not None and (is_public(address) or (rules.allow_local and is_this_machine(address)))
        if not allowed or (target.scheme == "http" and address is not None and not is_this_machine(address)):
            raise FormatError(Problem("webhook-address", "/url", target.host))
    return tuple(dict.fromkeys(found))


def system_resolve(host: str, port: int) -> list[str]:
    """What this machine's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(each[4][0]) for each in found]


def _refused(found: str | int, expected: str) -> FormatError:
    shown = found[:80] if isinstance(found, str) else found
    # A password must not come back in an error.
    return FormatError(Problem("webhook-url", "/url", None if "@" in str(shown) else shown, expected))
