"""What setup.py works with: running programs, saying what goes on, remembering what has been done.

Used by setup.py only; standard library only. Knows nothing of what is installed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # an older Python must get as far as the message about its age
    from collections.abc import Iterable, Iterator
    from typing import IO

__all__ = [
    "LOGS",
    "ROOT",
    "STAMPS",
    "TOOLS",
    "TOOLS_VENV",
    "VENV",
    "WEB",
    "Missing",
    "alone",
    "child_env",
    "digest",
    "output_of",
    "run",
    "say",
    "set_stamp",
    "stamp",
    "wait",
]  # fmt: skip

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
TOOLS_VENV = TOOLS / "venv"
STAMPS = TOOLS / "stamps"
LOGS = TOOLS / "logs"
WEB = ROOT / "web"

_HEARTBEAT_S = 10.0
_LOCK_LOOK_S = 0.2
_STARTED = time.monotonic()
# Debian and Ubuntu; Fedora.
_SYSTEM_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


class Missing(Exception):
    """Something is not there or did not work; the message says what, and how to get it, on one line."""


def say(text: str) -> None:
    """One line of progress, with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:4.0f} s] {text}", flush=True)


def run(
    what: str,
    *command: object,
    cwd: Path = ROOT,
    env: dict[str, str] | None = None,
    log: str = "",
    hint: str = "",
) -> None:
    """Run a program to its end, telling every ten seconds that it is still at work.

    Args:
        what: what it does, for people.
        command: program and arguments.
        cwd: folder to run in.
        env: its environment; None takes `child_env()`.
        log: name of a file below `.tools/logs` that takes what it prints; empty lets it print.
        hint: what to do when it fails.

    Raises:
        Missing: it could not be started, or failed.
    """
    started = time.monotonic()
    say(f"{what} ...")
    if not log:
        code = wait(what, command, cwd=cwd, env=env)
    else:
        LOGS.mkdir(parents=True, exist_ok=True)
        with (LOGS / f"{log}.txt").open("wb") as file:
            code = wait(what, command, cwd=cwd, env=env, sink=file)
        if code:
            last = (LOGS / f"{log}.txt").read_text(errors="replace").splitlines()[-15:]
            print("\n".join(last), file=sys.stderr, flush=True)
    if code:
        raise Missing(f"{what}: failed with exit code {code}, see its messages above. {hint}".rstrip())
    say(f"{what}: done in {time.monotonic() - started:.0f} s")


def wait(
    what: str,
    command: Iterable[object],
    *,
    cwd: Path = ROOT,
    env: dict[str, str] | None = None,
    sink: IO[bytes] | None = None,
    tells: bool = True,
) -> int:
    """Run a program to its end; it ends with us, whatever happens.

    Args:
        what: what it does, for people.
        command: program and arguments.
        cwd: folder to run in.
        env: its environment; None takes `child_env()`.
        sink: takes what it prints; None lets it print.
        tells: whether to say every ten seconds that it is still at work.

    Returns:
        Its exit status.

    Raises:
        Missing: it could not be started.
    """
    words = [str(word) for word in command]
    try:
        child = subprocess.Popen(  # noqa: S603  # commands are put together in this file only
            words, cwd=cwd, env=env or child_env(), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
    except OSError as error:
        raise Missing(f"{what}: {words[0]} can't be started ({error.strerror}).") from error
    started = time.monotonic()
    try:
        while True:
            try:
                return child.wait(timeout=_HEARTBEAT_S if tells else None)
            except subprocess.TimeoutExpired:
                say(f"{what}: still at work, {time.monotonic() - started:.0f} s")
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


def output_of(*command: object) -> str:
    """What a program prints; empty when it can't be run or fails."""
    try:
        done = subprocess.run(  # noqa: S603  # commands are put together in this file only
            [str(part) for part in command], env=child_env(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def child_env() -> dict[str, str]:
    """The environment for programs started here: the caller's, less what would lead them elsewhere."""
    env = dict(os.environ)
    for name in ("VIRTUAL_ENV", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX"):
        env.pop(name, None)
    env.update({
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "UV_PYTHON_DOWNLOADS": "never",
        "PIP_USER": "0",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "npm_config_update_notifier": "false",
        "DEBIAN_FRONTEND": "noninteractive",
    })  # fmt: skip
    env.setdefault("UV_HTTP_TIMEOUT", "120")
    # One certificate setting serves all three installers. The system's own file knows what a company added
    # to it, which the lists that pip, uv and Node bring along do not.
    given = (env.get(name, "") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
    bundle = next((file for file in (*given, *_SYSTEM_CERTIFICATES) if file and Path(file).is_file()), None)
    for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS") if bundle else ():
        env.setdefault(name, str(bundle))
    return env


def digest(files: Iterable[Path], *more: str) -> str:
    """Hash of the names and contents of files; their times do not count."""
    total = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        total.update(f"\0{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return total.hexdigest()


def stamp(name: str) -> str | None:
    """What a step wrote when it ended; None when it never did."""
    file = STAMPS / name
    return file.read_text() if file.is_file() else None


def set_stamp(name: str, value: str | None) -> None:
    """Write a stamp whole or not at all; None removes it."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    if value is None:
        (STAMPS / name).unlink(missing_ok=True)
        return
    part = STAMPS / f".{name}.part"
    part.write_text(value)
    part.replace(STAMPS / name)


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other setup works in this folder. The lock goes with the process, however it ends."""
    import fcntl  # not on Windows, where `use_python` has said so

    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("a+") as file:
        waiting = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waiting:
                    file.seek(0)
                    say(f"another setup works in this folder (process {file.read().strip()}); waiting for it")
                waiting = True
                time.sleep(_LOCK_LOOK_S)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
