"""The real application over fakes of its neighbours, called in process or over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.web.doors import House, LiveServer, call, open_house, serve


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with a high rate limit and an admin token."""
    return open_house(tmp_path)


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with call(house.app) as client:
        yield client


@pytest.fixture
async def server(house: House) -> AsyncIterator[LiveServer]:
    async with serve(house) as server:
        yield server
