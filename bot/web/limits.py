"""How much one sender and one address may ask, counted in moving windows.

Called by every edge before it does any work. Counts live in this process. Addresses are those of the peer,
unless the peer is a proxy that the configuration trusts.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal, Protocol

from starlette.requests import HTTPConnection

from bot.config import WebSettings

__all__ = ["LimitCounter", "Limits", "Proxies"]

# A person mistypes a token a few times; a program tries thousands.
_WRONG_TOKENS_PER_MINUTE = 10
_WINDOW_S = 60.0
_Address = IPv4Address | IPv6Address


class LimitCounter(Protocol):
    """Counts refusals (`bot.web.health.Metrics`)."""

    def rate_limited(self, limit: Literal["sender", "address", "sockets", "token"]) -> None:
        """One more refusal."""
        ...


class Proxies:
    """Finds the address of a client behind proxies.

    Args:
        trusted: addresses or networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed.

    Raises:
        ValueError: one of them is neither.
    """

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = [ip_network(network, strict=False) for network in trusted]

    def address_of(self, connection: HTTPConnection) -> str:
        """The client's address; of IPv6 the /64 network, since one customer usually holds all of it."""
        peer = _address(connection.client.host if connection.client else "")
        if peer is None:
            return "unknown"
        forwarded = ",".join(connection.headers.getlist("x-forwarded-for")).split(",")
        # Each proxy appends who spoke to it, so the truth is read from the right, up to the first stranger.
        while forwarded and self._trusts(peer):
            before = _address(forwarded.pop())
            if before is None:
                break
            peer = before
        return str(peer if isinstance(peer, IPv4Address) else IPv6Network((peer, 64), strict=False))

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._trusted)


class Limits:
    """All limits of one process.

    Args:
        settings: how many a minute.
        counter: told of each refusal.
        clock: seconds; never goes back.
    """

    def __init__(
        self, settings: WebSettings, counter: LimitCounter, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._counter = counter
        self._senders = _Windows(settings.messages_per_minute_per_sender, clock)
        self._addresses = _Windows(settings.messages_per_minute_per_address, clock)
        self._wrong_tokens = _Windows(_WRONG_TOKENS_PER_MINUTE, clock)
        self._sockets_per_address = settings.sockets_per_address
        self._sockets: Counter[str] = Counter()

    def message(self, *, address: str, sender: str) -> float | None:
        """Count a message. None when it may pass, else the seconds to wait."""
        if (wait_s := self._senders.hit(sender)) is not None:
            self._counter.rate_limited("sender")
            return wait_s
        return self.visit(address=address)

    def visit(self, *, address: str) -> float | None:
        """Count something an address did without a sender. None when it may pass, else seconds to wait."""
        if (wait_s := self._addresses.hit(address)) is not None:
            self._counter.rate_limited("address")
        return wait_s

    def token_attempt(self, *, address: str) -> float | None:
        """Whether an address may show a token now: None when it may, else the seconds to wait."""
        if (wait_s := self._wrong_tokens.wait_s(address)) is not None:
            self._counter.rate_limited("token")
        return wait_s

    def wrong_token(self, *, address: str) -> None:
        """Count a wrong token."""
        self._wrong_tokens.hit(address)

    def open_socket(self, *, address: str) -> bool:
        """Count a socket, False when the address has too many. After True, call `close_socket`."""
        if self._sockets[address] >= self._sockets_per_address:
            self._counter.rate_limited("sockets")
            return False
        self._sockets[address] += 1
        return True

    def close_socket(self, *, address: str) -> None:
        """The socket is gone."""
        self._sockets[address] -= 1
        if not self._sockets[address]:
            del self._sockets[address]


class _Windows:
    """Counts what each key did in the last minute.

    Not a library: the in-memory store of `limits` starts a thread that looks at every key for each hit, a sixth
    of the front door's time under load.
    """

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most, self._clock = most, clock
        self._moments: dict[str, deque[float]] = {}
        self._swept_at = clock()

    def hit(self, key: str) -> float | None:
        """Count one if there is room. None when there was, else the seconds until there is."""
        wait_s = self.wait_s(key)
        if wait_s is None:
            self._moments.setdefault(key, deque()).append(self._clock())
        return wait_s

    def wait_s(self, key: str) -> float | None:
        """Seconds until there is room, None when there is."""
        now = self._clock()
        self._sweep(now)
        moments = self._moments.get(key) or deque()
        while moments and moments[0] <= now - _WINDOW_S:
            moments.popleft()
        return max(0.1, moments[0] + _WINDOW_S - now) if len(moments) >= self._most else None

    def _sweep(self, now: float) -> None:
        """Once a window, forget the keys that did nothing in it."""
        if now - self._swept_at >= _WINDOW_S:
            self._swept_at = now
            self._moments = {
                key: moments for key, moments in self._moments.items() if moments[-1] > now - _WINDOW_S
            }


def _address(text: str) -> _Address | None:
    """An address as proxies write it: bare, `1.2.3.4:5678`, `[::1]`, `[::1]:5678`; None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
