"""A PostgreSQL server of our own, where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

INITDB = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _as_other_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root; then it runs as whoever owns the least."""
    if os.getuid() != 0:
        return []
    users = {user.pw_name for user in pwd.getpwall()}
    user = "postgres" if "postgres" in users else "nobody"
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Folder of the socket of a running server, with the superuser `storecast` and no password."""
    if not INITDB:
        pytest.skip("NOT TESTED ON POSTGRESQL: no /usr/lib/postgresql/*/bin/initdb (install `postgresql`)")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # not tmp_path: it is closed to other users
    other_user = _as_other_user(folder)
    programs, data = INITDB[-1].parent, str(folder / "data")

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [*other_user, str(programs / program), "-D", data, *arguments],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=60,
        )  # fmt: skip

    call("initdb", "-U", "storecast", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", settings, "start")
    try:
        yield str(folder)
    finally:
        call("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """URL of an empty database."""
    with psycopg.connect(host=postgres, user="storecast", dbname="postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh")
        yield f"postgresql://storecast@/fresh?host={postgres}"
        connection.execute("DROP DATABASE fresh WITH (FORCE)")
