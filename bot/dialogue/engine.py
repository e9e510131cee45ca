"""Rasa's agent, with conversation state handed in and out instead of stored.

Runs in the worker process only. `Engine.load` checks that the model is really there (Rasa's own loader
swallows errors); `Engine.turn` runs one message through NLU, rules, forms and actions.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.dialogue.actions import ACTIONS, as_custom
from bot.dialogue.context import TurnContext, current_turn
from bot.dialogue.graph import StraightRunner
from bot.dialogue.quick_rules import look_first
from bot.messages import Action, Say

__all__ = ["Engine", "ModelUnusable"]

_STATE_VERSION = 1
_ACTION_OF_RESPONSE = {"bot_challenge": Action.DISCLOSURE}


class ModelUnusable(Exception):
    """The trained model is missing or can't be loaded; train again with `storecast train`."""


class _HandedState(TrackerStore):
    """Trackers made from the state that came with the message; nothing outlives the turn."""

    def __init__(self) -> None:
        super().__init__(None)
        self._trackers: dict[str, DialogueStateTracker] = {}

    def begin(self, sender_id: str, state: str) -> DialogueStateTracker:
        tracker = self.init_tracker(sender_id)
        memory = json.loads(state) if state else {}
        if memory.get("v") == _STATE_VERSION:
            tracker.update(ActionExecuted("action_session_start"))
            tracker.update(SessionStarted())
            known = {slot.name for slot in self.domain.slots}
            for name, value in memory["slots"].items():
                if name in known:
                    tracker.update(SlotSet(name, value))
            if memory["loop"] in self.domain.forms:
                tracker.update(ActiveLoop(memory["loop"]))
            tracker.update(ActionExecuted("action_listen"))
        self._trackers[sender_id] = tracker
        return tracker

    def end(self, sender_id: str) -> str:
        tracker = self._trackers.pop(sender_id)
        slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
        return json.dumps({"v": _STATE_VERSION, "slots": slots, "loop": tracker.active_loop_name})

    def drop(self, sender_id: str) -> None:
        self._trackers.pop(sender_id, None)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self._trackers.get(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._trackers[tracker.sender_id] = tracker


class _LocaleKeys(NaturalLanguageGenerator):
    """NLG from bot/locales: a response names its key there; the front door words it in the language."""

    def __init__(self, domain: Domain) -> None:
        self._keys = {name: variants[0]["text"] for name, variants in domain.responses.items()}

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        key = self._keys[utter_action]
        return {"custom": {"say": as_custom(Say(key=key, action=_ACTION_OF_RESPONSE.get(key, Action.CHAT)))}}


class _InProcessActions(EndpointConfig):
    """Rasa's action endpoint without the HTTP hop: the executor of rasa-sdk, called directly."""

    def __init__(self) -> None:
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        for action in ACTIONS:
            self._executor.register_action(action())

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        call = kwargs["json"]
        try:
            return await self._executor.run(call)
        except ActionExecutionRejection as rejected:
            body = json.dumps({"action_name": rejected.action_name, "error": rejected.message})
            raise ClientResponseError(400, rejected.message, body) from rejected


class Engine:
    """One loaded model. Not thread-safe; turns of different conversations may overlap in one event loop."""

    def __init__(self, agent: Agent, states: _HandedState) -> None:
        self._agent = agent
        self._states = states

    @classmethod
    def load(cls, model: Path) -> Engine:
        """Load a model.

        Args:
            model: the .tar.gz that `bot.dialogue.training` wrote.

        Raises:
            ModelUnusable: the file is missing or Rasa could not load it.
        """
        if not model.is_file():
            raise ModelUnusable(f"{model} is missing; run `storecast train`")
        states = _HandedState()
        agent = Agent(
            tracker_store=states, lock_store=InMemoryLockStore(), action_endpoint=_InProcessActions()
        )
        agent.load_model(model)
        if not agent.is_ready() or agent.processor is None:
            raise ModelUnusable(f"{model} could not be loaded; run `storecast train`")
        # Rasa wraps every store in one that falls back to memory without telling; ours must be used as it is.
        states.domain = agent.domain
        agent.processor.tracker_store = states
        agent.processor.graph_runner = StraightRunner(agent.processor.graph_runner)
        for policy in agent.processor.graph_runner.components(RulePolicy):
            look_first(policy)
        # Rasa checks each result of an action against a schema, and that against its own: 22 of a turn's
        # 26 ms. Ours are made by rasa-sdk in this process and typed.
        RemoteAction._validate_action_result = staticmethod(lambda result: True)
        # Asked several times a turn, by writing two domains out and comparing them.
        agent.domain.is_empty = lambda: False
        agent.processor.nlg = _LocaleKeys(agent.domain)
        return cls(agent, states)

    async def turn(
        self, sender_id: str, message_id: str, text: str, state: str, context: TurnContext
    ) -> dict[str, Any]:
        """Run one message.

        Args:
            sender_id: the conversation; its earlier turn must have ended.
            message_id: for logs.
            text: what was typed, or `/intent` for a tapped button.
            state: what the previous turn returned, empty at first.
            context: everything else that is known about the message.

        Returns:
            `says` (list of Say as dict), `state`, `intent`, `confidence`.
        """
        tracker = self._states.begin(sender_id, state)
        context.expecting = tracker.get_slot("requested_slot") if tracker.active_loop_name else None
        context.question = tracker.get_slot("question")
        token = current_turn.set(context)
        try:
            channel = CollectingOutputChannel()
            await self._agent.processor.handle_message(
                UserMessage(text, channel, sender_id, message_id=message_id)
            )
            parsed = self._states._trackers[sender_id].latest_message
            state_after = self._states.end(sender_id)
        finally:
            self._states.drop(sender_id)
            current_turn.reset(token)
        says = [message["custom"]["say"] for message in channel.messages if "custom" in message]
        intent = (parsed.intent if parsed else {}) or {}
        return {
            "says": says,
            "state": state_after,
            "intent": intent.get("name"),
            "confidence": float(intent.get("confidence") or 0.0),
        }
