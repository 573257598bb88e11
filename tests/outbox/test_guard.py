"""Attacks through the address of a webhook: whoever names it must not make us call into our own network."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.outbox import Rules, Sender, parse_target
from ledger.outbox.addresses import is_public
from ledger.outbox.sending import dialled
from tests.certificates import certificate
from tests.outbox.receiver import Receiver, drip, drop, flood, receiver, status

PUBLIC = "93.184.215.14"
STRICT = Rules()
LOCAL = Rules(allow_local=True)


class Network:
    """What a sender sees of the world: names that mean what an attacker says, and every address that was called.

    Calls to PUBLIC arrive at a server of ours on this machine; anything else would be a hole.
    """

    def __init__(self, *answers: list[str], port: int = 0) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.called: list[tuple[str, int]] = []
        self._port = port

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.called.append((address, port))
        assert address == PUBLIC, "called what was not checked"
        return dialled("127.0.0.1", self._port, seconds)

    def sender(self, rules: Rules = STRICT, tls: ssl.SSLContext | None = None, seconds: float = 10) -> Sender:
        return Sender(rules, resolve=self.resolve, dial=self.dial, tls=tls, seconds=seconds)


@pytest.fixture
def open_door() -> Iterator[Receiver]:
    """A server on this machine that would take anything: it stands for what must never be reached."""
    with receiver() as made:
        yield made


# ---------------------------------------------------------------- the address itself


@pytest.mark.parametrize(
    "url",
    [
        "http://buyer.example/hook",
        "ftp://buyer.example/hook",
        "file:///etc/passwd",
        "gopher://buyer.example/",
        "//buyer.example/hook",
        "buyer.example/hook",
        "https:///hook",
        "https://",
        "",
        "https://user:secret@buyer.example/",
        "https://user@buyer.example/",
        "https://buyer.example#@169.254.169.254/",
        "https://buyer.example\\@169.254.169.254/",
        "https://buyer.example /",
        "https://buyer.example/\r\nHost: localhost",
        "https://buyer.example/\tx",
        "https://büyer.example/",
        "https://buyer.example:22/",
        "https://buyer.example:8080/",
        "https://buyer.example:/",
        "https://buyer.example:99999/",
        "https://buyer..example/",
        "https://-buyer.example/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://017700000001/",
        "https://1.2.3.4.5/",
        f"https://buyer.example/{'x' * 2048}",
    ],
)
def test_an_address_that_means_two_things_is_refused(url: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_target(url, STRICT)

    assert [each.code for each in caught.value.problems] == ["webhook-url"]
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://buyer.example", "buyer.example", "/"),
        ("https://Buyer.Example.:443/hook?a=b", "buyer.example", "/hook?a=b"),
        ("https://buyer.example:8443/hook", "buyer.example:8443", "/hook"),
        (f"https://{PUBLIC}/", PUBLIC, "/"),
        ("https://[2606:2800:21f::1]/", "[2606:2800:21f::1]", "/"),
        ("https://xn--byer-hra.example/x", "xn--byer-hra.example", "/x"),
    ],
)
def test_an_honest_address_is_taken(url: str, authority: str, path: str) -> None:
    target = parse_target(url, STRICT)

    assert (target.authority, target.path) == (authority, path)


CLOSED = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "100::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "3fff::1",
    "5f00::1",
]


@pytest.mark.parametrize("address", CLOSED)
def test_a_name_that_resolves_into_a_closed_network_is_not_called(address: str) -> None:
    network = Network([address])

    answer = network.sender().post("https://buyer.example/", {}, b"{}")

    assert (answer.problem, answer.delivered) == ("webhook-address", False)
    assert network.called == []


@pytest.mark.parametrize("address", [each for each in CLOSED if "%" not in each])
def test_a_closed_address_written_out_is_not_even_taken(address: str) -> None:
    host = f"[{address}]" if ":" in address else address

    with pytest.raises(FormatError) as caught:
        parse_target(f"https://{host}/", STRICT)

    assert [each.code for each in caught.value.problems] == ["webhook-address"]


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4007:80e::200e"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(number=st.integers(0, 2**32 - 1))
def test_no_address_that_python_calls_private_is_ever_public(number: int) -> None:
    address = IPv4Address(number)

    assert not (is_public(address) and (not address.is_global or address.is_multicast))


def test_a_name_that_resolves_to_loopback_is_not_called(open_door: Receiver) -> None:
    """With the machine's own resolver and sockets, and a server that would answer."""
    answer = Sender(Rules(ports=(open_door.port,))).post(f"https://localhost:{open_door.port}/", {}, b"{}")

    assert answer.problem == "webhook-address"
    assert open_door.got == []


def test_one_closed_address_among_open_ones_refuses_all() -> None:
    network = Network([PUBLIC, "127.0.0.1"])

    assert network.sender().post("https://buyer.example/", {}, b"{}").problem == "webhook-address"
    assert network.called == []


def test_a_name_without_addresses_is_not_called() -> None:
    assert Network([]).sender().post("https://buyer.example/", {}, b"{}").problem == "webhook-unresolved"


# ---------------------------------------------------------------- between check and connection


def test_rebinding_between_check_and_connect_is_not_possible(
    open_door: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a name that is public when it is looked at, and this machine ever after,
    network = Network([PUBLIC], ["127.0.0.1"], port=open_door.port)

    def nobody_else_asks(*arguments: Any, **options: Any) -> Any:
        pytest.fail(f"a name was asked for again: {arguments}")

    monkeypatch.setattr(socket, "getaddrinfo", nobody_else_asks)
    monkeypatch.setattr(socket, "create_connection", nobody_else_asks)

    # when it is called (what answers speaks no TLS, so nothing arrives),
    answer = network.sender().post("https://buyer.example/", {}, b"{}")

    # then it was asked for once, and the connection went to what was checked.
    assert network.asked == ["buyer.example"]
    assert network.called == [(PUBLIC, 443)]
    assert answer.problem == "webhook-broken-off"
    assert open_door.got == []

    # and the next attempt looks again, and refuses.
    assert network.sender().post("https://buyer.example/", {}, b"{}").problem == "webhook-address"
    assert network.called == [(PUBLIC, 443)]


def test_dialling_never_asks_for_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("a name was asked for"))
    with pytest.raises(OSError, match=r".+"):
        dialled("localhost.", 9, 0.2)


def test_a_redirect_to_metadata_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (301, 302, 303, 307, 308):
        with receiver(status(number, Location="http://169.254.169.254/latest/meta-data/")) as moved:
            called: list[str] = []

            def dial(address: str, port: int, seconds: float, called: list[str] = called) -> socket.socket:
                called.append(address)
                return dialled(address, port, seconds)

            answer = Sender(LOCAL, dial=dial).post(moved.url(), {}, b"{}")

            assert (answer.status, answer.problem) == (number, "webhook-redirected")
            assert called == ["127.0.0.1"]
            assert len(moved.got) == 1


def test_the_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch, open_door: Receiver) -> None:
    with receiver() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            for spelt in (name, name.upper()):
                monkeypatch.setenv(spelt, proxy.url(""))

        assert Sender(LOCAL).post(open_door.url(), {}, b"{}").delivered
        assert (len(open_door.got), len(proxy.got)) == (1, 0)


# ---------------------------------------------------------------- what answers


def test_http_goes_to_this_machine_alone_and_only_where_it_is_allowed(open_door: Receiver) -> None:
    with pytest.raises(FormatError):
        parse_target(open_door.url(), STRICT)
    with pytest.raises(FormatError):
        parse_target("http://buyer.example/", LOCAL)
    with pytest.raises(FormatError):
        parse_target("http://10.0.0.1/", LOCAL)
    assert Sender(STRICT).post(open_door.url(), {}, b"{}").problem == "webhook-url"
    assert open_door.got == []

    assert Sender(LOCAL).post(open_door.url(), {}, b"{}").delivered


def test_an_answer_that_drips_is_cut_off_in_time() -> None:
    with receiver(drip(20)) as slow:
        started = time.monotonic()
        answer = Sender(LOCAL, seconds=0.6).post(slow.url(), {}, b"{}")

        assert (answer.problem, answer.delivered) == ("webhook-too-slow", False)
        assert time.monotonic() - started < 5


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    with receiver(flood) as talkative:
        started = time.monotonic()

        assert Sender(LOCAL).post(talkative.url(), {}, b"{}").delivered
        assert time.monotonic() - started < 5


def test_what_does_not_answer_or_is_not_there_is_said() -> None:
    with receiver(drop) as silent:
        assert Sender(LOCAL).post(silent.url(), {}, b"{}").problem == "webhook-broken-off"
    assert Sender(LOCAL).post(silent.url(), {}, b"{}").problem == "webhook-unreachable"
    with receiver(status(500)) as ill:
        answer = Sender(LOCAL).post(ill.url(), {}, b"{}")
        assert (answer.status, answer.problem) == (500, "webhook-refused")


# ---------------------------------------------------------------- certificates


def test_the_certificate_must_be_that_of_the_name_although_an_address_is_called(tmp_path: Path) -> None:
    believing = certificate(tmp_path, "buyer.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with receiver(tls=serving) as secure:
        network = Network([PUBLIC], port=secure.port)

        right = network.sender(tls=believing).post("https://buyer.example/hook", {"Chaski-Event": "test"}, b"{}")
        wrong = network.sender(tls=believing).post("https://other.example/hook", {}, b"{}")
        unbelieved = network.sender().post("https://buyer.example/hook", {}, b"{}")

    assert (right.status, right.problem) == (204, None)
    assert wrong.problem == unbelieved.problem == "webhook-certificate"
    assert [(each.path, each.headers["host"]) for each in secure.got] == [("/hook", "buyer.example")]
