"""Speed and memory of the built-in encoder: `python -m benchmarks.encoders [--peer FOLDER]`.

Our NumPy path, the same model in sentence-transformers, and any further model of sentence-transformers by
its folder, each in a process of its own on one core, over the queries of the evaluation set. Prints the time
until the first vector (imports included), of one text, and of many; and the memory of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

EVALUATION = Path(__file__).with_name("evaluation.jsonl")
_ROOT = Path(__file__).resolve().parents[1]
_ONE_BY_ONE, _TIMES = 500, 4
_OURS, _SAME = "ours", "the same in sentence-transformers"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def _encode(system: str) -> Callable[[Sequence[str]], Any]:
    if system == _OURS:
        from knowledge.encoder import BuiltinEncoder

        return BuiltinEncoder().encode
    from sentence_transformers import SentenceTransformer

    from knowledge.encoder import BUILTIN_MODEL

    folder = str(BUILTIN_MODEL if system == _SAME else system)
    model = SentenceTransformer(folder, device="cpu", trust_remote_code=True, local_files_only=True)
    return lambda texts: model.encode(list(texts), batch_size=256, show_progress_bar=False)


def measure(system: str) -> dict[str, float]:
    """Measure one system in this process."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts = [json.loads(line)["query"] for line in EVALUATION.read_text(encoding="utf-8").splitlines()]
    started = time.perf_counter()
    encode = _encode(system)
    encode(["warm up"])
    ready = time.perf_counter() - started
    times = []
    for text in texts[:_ONE_BY_ONE]:
        begun = time.perf_counter()
        encode([text])
        times.append(1000 * (time.perf_counter() - begun))
    begun = time.perf_counter()
    encode(texts * _TIMES)
    rate = len(texts) * _TIMES / (time.perf_counter() - begun)
    p50, p95 = np.percentile(times, [50, 95])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"ready_s": ready, "p50_ms": p50, "p95_ms": p95, "texts_a_second": rate, "mb": memory}


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peer", action="append", default=[], help="folder of another model; may be repeated"
    )
    parser.add_argument("--one", help="only this one, as JSON")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    print(f"{'':34} {'ready s':>8} {'one ms':>8} {'p95 ms':>8} {'many a s':>9} {'MB':>6}")
    for system in (_OURS, _SAME, *options.peer):
        command = [sys.executable, "-m", "benchmarks.encoders", "--one", system]
        environment = {**os.environ, **_ONE_THREAD}
        ran = subprocess.run(command, check=True, capture_output=True, text=True, cwd=_ROOT, env=environment)
        found = json.loads(ran.stdout.splitlines()[-1])
        times = f"{found['ready_s']:8.2f} {found['p50_ms']:8.2f} {found['p95_ms']:8.2f}"
        print(f"{Path(system).name[:34]:34} {times} {found['texts_a_second']:9.0f} {found['mb']:6.0f}")


if __name__ == "__main__":
    main()
