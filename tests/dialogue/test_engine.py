"""The loaded model: what it is loaded without, and that shortcuts decide as Rasa does."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from bot.dialogue.slim import leave_out_what_is_not_needed

ROOT = Path(__file__).resolve().parents[2]
_LOAD = """
import sys
from pathlib import Path
from bot.dialogue.slim import leave_out_what_is_not_needed
print(leave_out_what_is_not_needed(Path(sys.argv[1])))
from bot.dialogue.engine import Engine
engine = Engine.load(Path(sys.argv[1]))
print(sorted({"tensorflow", "slack_sdk"} & sys.modules.keys()))

from rasa.core.policies.rule_policy import RulePolicy
[policy] = engine._agent.processor.graph_runner.components(RulePolicy)
keys = [key for name in ("rules", "rules_for_loop_unhappy_path") for key in policy.lookup[name]]
states = {key: policy._rule_key_to_state(key) for key in keys}
seen = [state for rule in states.values() for state in rule]
checked = set()
for key in states:
    for turn in range(4):
        for state in seen:
            whole = RulePolicy._is_rule_applicable(policy, key, turn, state)
            assert policy._is_rule_applicable(key, turn, state) == whole, (key, turn, state)
            checked.add(whole)
print(sorted(checked))
"""


def test_a_worker_loads_no_neural_networks_and_its_quick_look_at_rules_decides_as_rasa(
    trained_model: Path,
) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LOAD, trained_model],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["True", "[]", "[False, True]"]


@pytest.mark.parametrize("uses", ["rasa.nlu.classifiers.diet_classifier.DIETClassifier", "my.own.Component"])
def test_a_model_with_other_components_gets_all_of_rasa(tmp_path: Path, uses: str) -> None:
    nodes = {"a": {"uses": "rasa.core.policies.rule_policy.RulePolicy"}, "b": {"uses": uses}}

    assert not leave_out_what_is_not_needed(_model(tmp_path, {"predict_schema": {"nodes": nodes}}))
    assert "rasa.core.channels.slack" not in sys.modules


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_an_unreadable_model_is_left_to_the_engine(tmp_path: Path, content: bytes | None) -> None:
    model = tmp_path / "model.tar.gz"
    if content is not None:
        model.write_bytes(content)

    assert not leave_out_what_is_not_needed(model)


def _model(folder: Path, metadata: object) -> Path:
    data = json.dumps(metadata).encode()
    info = tarfile.TarInfo("metadata.json")
    info.size = len(data)
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.addfile(info, io.BytesIO(data))
    return folder / "model.tar.gz"
