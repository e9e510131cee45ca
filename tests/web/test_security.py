"""Tokens and origins."""

from __future__ import annotations

import jwt
import pytest
from pydantic import SecretStr

from bot.web.security import Origins, Tokens
from tests.fakes.house import Clock

SECRET = SecretStr("one")


def test_a_token_names_its_conversation() -> None:
    tokens = Tokens(SECRET, now=Clock())
    assert tokens.read(tokens.issue("web:1")) == "web:1"


def test_a_token_expires() -> None:
    clock = Clock()
    tokens = Tokens(SECRET, now=clock)
    token = tokens.issue("web:1")

    clock.move(days=89)
    assert tokens.read(token) == "web:1"
    clock.move(days=1)
    assert tokens.read(token) is None


def test_a_token_of_another_secret_is_refused() -> None:
    token = Tokens(SecretStr("two"), now=Clock()).issue("web:1")
    assert Tokens(SECRET, now=Clock()).read(token) is None


def test_a_token_that_was_changed_is_refused() -> None:
    tokens = Tokens(SECRET, now=Clock())
    head, body, signature = tokens.issue("web:1").split(".")
    other = tokens.issue("web:2").split(".")[1]

    assert body != other
    assert tokens.read(f"{head}.{other}.{signature}") is None


def test_a_token_without_signature_is_refused() -> None:
    claims = {"sub": "web:1", "aud": "storecast-chat", "exp": 9_999_999_999}
    assert Tokens(SECRET, now=Clock()).read(jwt.encode(claims, None, algorithm="none")) is None


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "é.é.é", "\ud800", "x" * 3000, "e30.e30."])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert Tokens(SECRET, now=Clock()).read(text) is None


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "chat.example", True),
        ("https://chat.example", "chat.example", True),
        ("https://chat.example", "chat.example:443", True),
        ("http://chat.example:8080", "chat.example:8080", True),
        ("HTTPS://Chat.Example", "chat.example", True),
        ("https://shop.example", "chat.example", True),
        ("https://shop.example:443", "chat.example", True),
        ("http://shop.example", "chat.example", False),
        ("https://shop.example.evil.example", "chat.example", False),
        ("https://evil.example", "chat.example", False),
        ("http://chat.example:8081", "chat.example:8080", False),
        ("null", "chat.example", False),
        ("", "chat.example", False),
        ("https://", "chat.example", False),
        ("https://chat.example:99999", "chat.example", False),
        ("https://evil.example", None, False),
        ("file://", "", False),
    ],
)
def test_sockets_come_from_our_host_or_listed_origins(
    origin: str | None, host: str | None, allowed: bool
) -> None:
    assert Origins(["https://shop.example"]).allows(origin, host) is allowed


def test_every_page_may_be_allowed() -> None:
    assert Origins(["*"]).allows("https://any.example", "chat.example")
