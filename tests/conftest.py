"""The real product for tests: one server for the whole run, started as a shop would start it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.config import ROOT, load_settings
from bot.dialogue.training import model_path

_READY_WITHIN_S = 120
_CONFIG = ROOT / "config.yml"
_READ = "storecast_knowledge_unread_passages 0.0"


@dataclass(frozen=True)
class LiveServer:
    """A running product with its own data folder."""

    url: str
    home: Path
    admin_token: str
    process: subprocess.Popen[bytes]

    @property
    def admin(self) -> dict[str, str]:
        """Headers of staff."""
        return {"Authorization": f"Bearer {self.admin_token}"}


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The dialogue model for the sources as they are; trained once, kept in var/models between runs."""
    settings = load_settings(_CONFIG)
    subprocess.run([sys.executable, "-m", "bot.cli", "train"], check=True, cwd=ROOT)
    return model_path(settings.home, _CONFIG, settings.knowledge.encoder)


def start_server(home: Path, model: Path, **environment: str) -> LiveServer:
    """Start the product on a free port and wait until it can answer."""
    (home / "models").mkdir(parents=True, exist_ok=True)
    if not (home / "models" / model.name).exists():
        os.link(model, home / "models" / model.name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_urlsafe(16)
    settings = {
        "STORECAST_HOME": str(home),
        "STORECAST_PORT": str(port),
        "STORECAST_ADMIN_TOKEN": token,
        "STORECAST_WEB__MESSAGES_PER_MINUTE_PER_SENDER": "6000",
        "STORECAST_WEB__MESSAGES_PER_MINUTE_PER_ADDRESS": "60000",
        **environment,
    }
    command = [sys.executable, "-m", "bot.cli", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings})
    server = LiveServer(f"http://127.0.0.1:{port}", home, token, process)
    _wait_ready(server)
    return server


def _wait_ready(server: LiveServer) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            ready = httpx.get(f"{server.url}/readyz", timeout=2).status_code == 200
            # Until everything is read, words alone answer.
            if ready and _READ in httpx.get(f"{server.url}/metrics", timeout=2).text:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    server.process.kill()
    pytest.fail(f"the server was not ready within {_READY_WITHIN_S} s (exit status {server.process.wait()})")


def stop_server(server: LiveServer) -> int:
    """Ask it to end, as an init system does; returns its exit status."""
    server.process.terminate()
    return server.process.wait(timeout=30)


@pytest.fixture(scope="session")
def live_server(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all tests that talk to the product from outside."""
    server = start_server(tmp_path_factory.mktemp("home"), trained_model)
    yield server
    stop_server(server)
