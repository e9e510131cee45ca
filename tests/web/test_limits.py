"""Moving windows and the addresses they count."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from bot.config import WebSettings
from bot.web.health import Metrics
from bot.web.limits import Limits, Proxies


def connection(peer: str | None, *forwarded: str) -> HTTPConnection:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return HTTPConnection({"type": "http", "client": (peer, 1) if peer else None, "headers": headers})


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    settings = WebSettings(
        messages_per_minute_per_sender=3, messages_per_minute_per_address=5, sockets_per_address=2
    )
    return Limits(settings, Metrics(), clock=clock)


def test_a_sender_is_stopped_and_others_go_on(limits: Limits) -> None:
    passed = [limits.message(address="a", sender="ada") for _ in range(4)]

    assert passed[:3] == [None, None, None]
    assert passed[3] == pytest.approx(60, abs=5)
    assert limits.message(address="a", sender="bob") is None


def test_an_address_is_stopped_however_many_senders_it_invents(limits: Limits) -> None:
    passed = [limits.message(address="a", sender=str(number)) for number in range(6)]

    assert passed[4] is None
    assert passed[5] is not None
    assert limits.message(address="b", sender="new") is None


def test_a_window_moves_on_message_by_message(limits: Limits, clock: Clock) -> None:
    for _ in range(3):
        assert limits.message(address="a", sender="ada") is None
        clock.now += 10

    assert limits.message(address="a", sender="ada") == pytest.approx(30)
    clock.now += 31
    assert limits.message(address="a", sender="ada") is None
    assert limits.message(address="a", sender="ada") == pytest.approx(9)


def test_what_was_refused_does_not_count(limits: Limits, clock: Clock) -> None:
    for _ in range(50):
        limits.message(address="a", sender="ada")
    clock.now += 61

    assert limits.message(address="a", sender="ada") is None


def test_senders_who_left_are_forgotten(limits: Limits, clock: Clock) -> None:
    for number in range(100):
        limits.message(address=str(number), sender=str(number))
    clock.now += 61
    limits.message(address="a", sender="ada")

    assert set(limits._senders._moments) == {"ada"}


def test_wrong_tokens_are_counted_by_address(limits: Limits) -> None:
    for _ in range(10):
        limits.wrong_token(address="a")

    assert limits.token_attempt(address="a") is not None
    assert limits.token_attempt(address="b") is None


def test_sockets_are_counted_while_they_are_open(limits: Limits) -> None:
    assert [limits.open_socket(address="a") for _ in range(3)] == [True, True, False]

    limits.close_socket(address="a")

    assert limits.open_socket(address="a")


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        ((), "203.0.113.7", ("1.1.1.1",), "203.0.113.7"),
        (("10.0.0.0/8",), "203.0.113.7", ("1.1.1.1",), "203.0.113.7"),
        (("10.0.0.0/8",), "10.0.0.1", ("1.1.1.1",), "1.1.1.1"),
        (("10.0.0.0/8",), "10.0.0.1", ("6.6.6.6, 1.1.1.1",), "1.1.1.1"),
        (("10.0.0.0/8",), "10.0.0.1", ("6.6.6.6, 1.1.1.1, 10.0.0.2",), "1.1.1.1"),
        (("10.0.0.0/8",), "10.0.0.1", ("6.6.6.6", "1.1.1.1"), "1.1.1.1"),
        (("10.0.0.0/8",), "10.0.0.1", ("1.1.1.1:5000",), "1.1.1.1"),
        (("10.0.0.0/8",), "10.0.0.1", ("nonsense",), "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", (), "10.0.0.1"),
        (("::1",), "::1", ("[2001:db8::5]:443",), "2001:db8::/64"),
        ((), "2001:db8::7", (), "2001:db8::/64"),
        ((), "::ffff:1.2.3.4", (), "1.2.3.4"),
        ((), None, (), "unknown"),
    ],
)
def test_an_address_is_believed_only_from_trusted_proxies(
    trusted: tuple[str, ...], peer: str | None, forwarded: tuple[str, ...], expected: str
) -> None:
    assert Proxies(trusted).address_of(connection(peer, *forwarded)) == expected


def test_a_proxy_that_is_no_address_is_told() -> None:
    with pytest.raises(ValueError, match="proxy"):
        Proxies(["proxy.example"])
