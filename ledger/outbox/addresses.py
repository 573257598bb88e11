"""Which addresses of the internet a stranger may make us call: those of other people's public servers, no others.

Written out instead of asked of the `ipaddress` module, whose idea of "private" changes from one Python to the next.
Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and later entries).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

_CLOSED_4: Final = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network (RFC 791)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # behind carriers' translators (RFC 6598); some clouds keep metadata here
        "127.0.0.0/8",  # this machine (RFC 1122)
        "169.254.0.0/16",  # link-local (RFC 3927): metadata of most clouds
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments (RFC 6890); one cloud keeps metadata here
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.31.196.0/24",  # AS112 (RFC 7535)
        "192.52.193.0/24",  # AMT (RFC 7450)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "192.175.48.0/24",  # AS112 (RFC 7534)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved, and broadcast (RFC 1112, RFC 8190)
        "168.63.129.16/32",  # public by number, and yet the wire server of one cloud's machines
    )
)
_OPEN_6: Final = IPv6Network("2000::/3")
"""The only global unicast space there is so far: loopback, mapped, translated (64:ff9b), unique local, link-local,
site-local and multicast addresses all lie outside it."""

_CLOSED_6: Final = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4: an IPv4 address in disguise (RFC 3056)
        "2620:4f:8000::/48",  # AS112 (RFC 7534)
        "3fff::/20",  # documentation (RFC 9637)
    )
)


def is_public(address: Address) -> bool:
    """Whether this is an ordinary public address; one that stands for another (mapped, translated) never is."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    return address.scope_id is None and address in _OPEN_6 and not any(address in network for network in _CLOSED_6)


def is_this_machine(address: Address) -> bool:
    """Whether it is the loopback of this machine, written as itself."""
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def address_of(text: str) -> Address | None:
    """The address a text writes out, or None."""
    try:
        return ip_address(text)
    except ValueError:
        return None
