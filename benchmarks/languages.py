"""Language identification of chat-length text: `python -m benchmarks.languages [FILE]`.

Asks our model and, where they are installed (`uv run --with lingua-language-detector --with py3langid
python -m benchmarks.languages`), two others about every line of the evaluation set, each in a process of
its own, and prints accuracy, time and memory. A peer that does not know a language can't be right about
it; Traditional and Simplified Chinese count as one for the peers, which don't tell them apart.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

EVALUATION = Path(__file__).with_name("evaluation.jsonl")
_ROOT = Path(__file__).resolve().parents[1]
_AS_PEERS_WRITE = {"zh-TW": "zh", "fil": "tl"}

Detect = Callable[[str], str | None]


def _ours() -> Detect:
    from bot.language import LanguageDetector
    from knowledge.languages import LanguageModel

    return LanguageDetector(LanguageModel.load()).detect


def _lingua(*, exact: bool) -> Detect:
    from lingua import LanguageDetectorBuilder  # type: ignore[import-not-found]  # optional peer

    builder = LanguageDetectorBuilder.from_all_languages()
    detector = (builder if exact else builder.with_low_accuracy_mode()).build()

    def detect(text: str) -> str | None:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else None

    return detect


def _py3langid() -> Detect:
    import py3langid  # type: ignore[import-not-found]  # optional peer

    return lambda text: str(py3langid.classify(text)[0])


SYSTEMS: dict[str, tuple[str, Callable[[], Detect]]] = {
    "ours": ("knowledge", _ours),
    "lingua, high accuracy": ("lingua", lambda: _lingua(exact=True)),
    "lingua, low accuracy": ("lingua", lambda: _lingua(exact=False)),
    "py3langid": ("py3langid", _py3langid),
}


def measure(system: str, file: Path) -> dict[str, object]:
    """Ask one system about every line, in this process."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    detect = SYSTEMS[system][1]()
    detect("warm up")
    right: defaultdict[str, list[bool]] = defaultdict(list)
    confused: defaultdict[str, int] = defaultdict(int)
    started = time.perf_counter()
    for line in lines:
        true = line["lang"] if system == "ours" else _AS_PEERS_WRITE.get(line["lang"], line["lang"])
        found = detect(line["query"])
        right[line["style"]].append(found == true)
        right[line["lang"]].append(found == true)
        if found != true:
            confused[f"{true} taken for {found}"] += 1
    milliseconds = 1000 * (time.perf_counter() - started) / len(lines)
    return {
        "accuracy": {name: round(sum(group) / len(group), 4) for name, group in right.items()},
        "all": round(sum(map(sum, right.values())) / 2 / len(lines), 4),
        "ms": round(milliseconds, 2),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "confused": dict(sorted(confused.items(), key=lambda item: -item[1])[:15]),
    }


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=EVALUATION)
    parser.add_argument("--one", choices=SYSTEMS, help="only this one, as JSON")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.file)))
        return
    print(f"{'':24} {'plain':>7} {'typed':>7} {'all':>7} {'ms a text':>10} {'memory MB':>10}")
    for system, (module, _) in SYSTEMS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{system:24} not installed")
            continue
        command = [sys.executable, "-m", "benchmarks.languages", str(options.file), "--one", system]
        ran = subprocess.run(command, check=True, capture_output=True, text=True, cwd=_ROOT)
        found = json.loads(ran.stdout)
        rates = (found["accuracy"].get("plain", 0.0), found["accuracy"].get("typed", 0.0), found["all"])
        shown = " ".join(f"{rate:7.3f}" for rate in rates)
        print(f"{system:24} {shown} {found['ms']:10.2f} {found['mb']:10d}")
        if system == "ours":
            weakest = sorted((r, n) for n, r in found["accuracy"].items() if n not in {"plain", "typed"})[:12]
            print("   weakest:", ", ".join(f"{name} {rate:.2f}" for rate, name in weakest))
            print("   confused:", ", ".join(f"{pair} {count}" for pair, count in found["confused"].items()))


if __name__ == "__main__":
    main()
