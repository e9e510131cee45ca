from __future__ import annotations

import pytest

from streaming.output.address import Address, PushError


@pytest.mark.parametrize(
    ("url", "key", "shown", "app", "kept"),
    [
        ("rtmp://push.example/live", "k-1", "rtmp://push.example:1935/live", "live", "k-1"),
        ("rtmps://push.example/rtmp/", " k-1\n", "rtmps://push.example:443/rtmp", "rtmp", "k-1"),
        ("rtmp://push.example:1936/a/b", "k", "rtmp://push.example:1936/a/b", "a/b", "k"),
        ("rtmp://push.example/live/k-2", "", "rtmp://push.example:1935/live", "live", "k-2"),
        ("rtmp://push.example/live/k-2?a=b", "", "rtmp://push.example:1935/live", "live", "k-2?a=b"),
        ("rtmp://[::1]/live", "k", "rtmp://[::1]:1935/live", "live", "k"),
        ("rtmp://push.example/live", "", "rtmp://push.example:1935/live", "live", ""),
    ],
)
def test_key_is_kept_apart_from_the_address(url: str, key: str, shown: str, app: str, kept: str) -> None:
    address = Address.parse(url, key)

    assert (address.url, address.app, address.key) == (shown, app, kept)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://push.example/live", "k"),
        ("rtmp:///live", "k"),
        ("rtmp://push.example", "k"),
        ("rtmp://push.example/", ""),
        ("rtmp://user:word@push.example/live", "k"),
        ("rtmp://push.example:port/live", "k"),
        ("rtmp://push.example/live?a=b", "k"),
        ("rtmp://push.example/live", "k\nrtmp_app=other"),
        ("rtmp://push.example/live", "k k"),
        ("rtmp://push.example/live", "ключ"),
        ("rtmp://push.example/live", "k" * 901),
    ],
)
def test_address_that_cannot_be_right_is_refused(url: str, key: str) -> None:
    with pytest.raises(PushError):
        Address.parse(url, key)


def test_refusal_repeats_nothing_of_address_or_key() -> None:
    with pytest.raises(PushError) as refused:
        Address.parse("ftp://push.example/live/sk-hidden", "sk-also hidden")

    assert "hidden" not in str(refused.value)
    assert "hidden" not in repr(refused.value.__cause__)


def test_key_does_not_show_in_the_representation() -> None:
    address = Address.parse("rtmp://push.example/live", "sk-hidden")

    assert "hidden" not in repr(address)


@pytest.mark.parametrize("key", ["sk-1?auth=abc", "sk%2D1", "sk-1"])
def test_key_is_taken_out_of_what_others_say(key: str) -> None:
    address = Address.parse("rtmp://push.example/live", key)

    said = address.scrub(f"rtmp://push.example/live/{key}: refused, stream sk-1")

    assert said == "rtmp://push.example/live/…: refused, stream …"


def test_nothing_is_taken_out_where_there_is_no_key() -> None:
    assert Address.parse("rtmp://push.example/live").scrub("Broken pipe") == "Broken pipe"
