from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from streaming.output.feed import Feed

# More than a pipe holds, so that the first one keeps the thread waiting until somebody reads.
BIG = 2**20


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    yield read, write
    os.close(read)


def item(letter: str) -> bytes:
    return letter.encode() * BIG


def everything(read: int) -> str:
    """The letters in their order; each stands for one item."""
    with os.fdopen(os.dup(read), "rb") as file:
        data = file.read()
    return data[::BIG].decode()


def test_items_are_written_in_their_order_and_wholly(pipe: tuple[int, int]) -> None:
    feed = Feed(pipe[1], held=10, name="test")

    taken = [feed.put(item(letter)) for letter in "abc"]
    feed.close()

    assert everything(pipe[0]) == "abc"
    assert taken == [True, True, True]
    feed.join()


def test_number_of_items_stays_right_when_nobody_reads_for_a_while(pipe: tuple[int, int]) -> None:
    feed = Feed(pipe[1], held=4, name="test")

    taken = [feed.put(item(letter)) for letter in "abcdefghijkl"]
    owed = feed.owed
    feed.close()
    written = everything(pipe[0])

    assert len(written) == owed == 12
    assert written[-1] == "l"
    assert list(written) == sorted(written)
    assert taken.count(False) >= 7
    feed.join()


def test_what_gives_way_is_spread_evenly(pipe: tuple[int, int]) -> None:
    feed = Feed(pipe[1], held=4, name="test")

    taken = [feed.put(item(letter)) for letter in "abcdefghijkl"]
    feed.close()
    written = everything(pipe[0])

    assert not all(taken)
    assert max(written.count(letter) for letter in written) <= 5
    feed.join()


def test_reader_that_goes_away_ends_the_feed() -> None:
    read, write = os.pipe()
    feed = Feed(write, held=4, name="test")
    feed.put(item("a"))

    os.close(read)
    feed.join()

    assert feed.put(item("b"))
    feed.abandon()


def test_abandoned_feed_writes_nothing_more(pipe: tuple[int, int]) -> None:
    feed = Feed(pipe[1], held=4, name="test")
    feed.put(item("a"))
    feed.put(item("b"))

    feed.abandon()

    assert "b" not in everything(pipe[0])
    feed.join()
