"""What the rules can do, as rasa-sdk actions run in this process.

Each action reads slots and the turn's context, and says structured things (`Say`) that the front door words.
Whatever needs the shop is a skill in the front door, reached through `context.call_skill`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rasa_sdk import Action as SdkAction
from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.context import TurnContext, current_turn
from bot.messages import Action, Say

__all__ = ["ACTIONS", "as_custom"]

_TASK_OF_INTENT = {"track_order": "track", "cancel_order": "cancel", "return_item": "return"}
_HANDOFF_ENTRY = "contact_human"
_ORDER_EXAMPLE = "NL-20391"
_MENU = (("track", "/track_order"), ("return", "/return_item"), ("person", "/talk_to_human"))
_YES_NO = (("affirm", "/affirm"), ("deny", "/deny"))
# What a shopper is likely to want next after an answer.
_NEXT_STEP = {
    "delayed_delivery": ("track", "/track_order"),
    "tracking_not_updating": ("track", "/track_order"),
    "dispatch_time": ("track", "/track_order"),
    "cancel_order": ("cancel", "/cancel_order"),
    "return_policy": ("return", "/return_item"),
    "how_to_return": ("return", "/return_item"),
    "exchange_item": ("return", "/return_item"),
    "change_address": ("person", "/talk_to_human"),
    "change_order": ("person", "/talk_to_human"),
    "plug_voltage": ("person", "/talk_to_human"),
}


def as_custom(say: Say) -> dict[str, Any]:
    """A `Say` as the JSON that travels through Rasa and the worker's pipe."""
    return asdict(say)


def _turn() -> TurnContext:
    turn = current_turn.get()
    if turn is None:
        raise RuntimeError("an action ran outside of a turn")
    return turn


def _say(dispatcher: CollectingDispatcher, *says: Say) -> None:
    for say in says:
        dispatcher.utter_message(json_message={"say": as_custom(say)})


class Greet(SdkAction):
    """Says hello and shows what can be done."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_greet"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """Greet; inside a form the form goes on by itself."""
        buttons = () if tracker.active_loop.get("name") else _MENU
        _say(dispatcher, Say(key="greet", buttons=buttons))
        return []


class Acknowledge(SdkAction):
    """Answers “I see”, which is no consent: an open question about an order is put once more."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_ok"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """Only a call for a person, which harms nobody, is taken as agreed."""
        question = tracker.get_slot("question")
        if question == "handoff":
            return await Affirm().run(dispatcher, tracker, domain)
        if question:
            return await _run_skill(dispatcher, f"order_{question}", tracker)
        _say(dispatcher, Say(key="ok"))
        return []


class Answer(SdkAction):
    """Answers from the knowledge base, asks which was meant, or admits not knowing."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """Never guesses: below the threshold a person is offered."""
        turn = _turn()
        if turn.outcome == "unknown" or not turn.hits:
            score = turn.hits[0].score if turn.hits else 0.0
            # Inside a form the next question is the form's; a yes to ours could not be told from one to it.
            in_form = bool(tracker.active_loop.get("name"))
            buttons = (("person", "/talk_to_human"),) if in_form else _YES_NO
            _say(dispatcher, Say(key="dont_know", action=Action.REFUSE, score=score, buttons=buttons))
            return [] if in_form else [SlotSet("question", "handoff")]
        best = turn.hits[0]
        if turn.outcome == "clarify" and len(turn.hits) > 1:
            choices = tuple(hit.entry_id for hit in turn.hits[:2])
            _say(dispatcher, Say(key="clarify", action=Action.CLARIFY, score=best.score, choices=choices))
            return []
        inside_form = bool(tracker.active_loop.get("name"))
        step = None if inside_form else _NEXT_STEP.get(best.entry_id)
        also = [entry_id for entry_id in turn.also if entry_id != best.entry_id]
        steps = (step,) if step and not also else ()
        _say(dispatcher, Say(faq=best.entry_id, action=Action.FAQ, score=best.score, buttons=steps))
        for entry_id in also:
            _say(dispatcher, Say(faq=entry_id, action=Action.FAQ, score=best.score))
        return []


class BeginTask(SdkAction):
    """Remembers what the order is wanted for."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_begin_task"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """An order number out of the blue continues the last task, or tracks."""
        intent = tracker.latest_message["intent"]["name"]
        task = _TASK_OF_INTENT.get(intent) or tracker.get_slot("task") or "track"
        return [SlotSet("task", task), SlotSet("question", None)]


class RunTask(SdkAction):
    """Looks the order up and does, or offers to do, what was asked."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_run_task"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """One shop call, in the front door."""
        task = tracker.get_slot("task") or "track"
        return await _run_skill(dispatcher, f"order_{task}", tracker)


class AskOrderNumber(SdkAction):
    """Asks for the order number, unless why it was not understood was said a moment ago."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_ask_order_number"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """Part of `order_form`."""
        return _ask(dispatcher, "order.ask_number")


class AskEmail(SdkAction):
    """Asks for the e-mail address, likewise."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_ask_email"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """Part of `order_form`."""
        return _ask(dispatcher, "order.ask_email")


def _ask(dispatcher: CollectingDispatcher, key: str) -> list[EventType]:
    if not _turn().explained:
        _say(dispatcher, Say(key=key, action=Action.ASK))
    return []


class ExplainDetail(SdkAction):
    """Says what an order number or an address looks like, when none could be read."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_explain_detail"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """Inside `order_form` only."""
        turn = _turn()
        turn.explained = True
        stop = (("stop", "/stop"), ("person", "/talk_to_human"))
        if turn.expecting == "email":
            _say(dispatcher, Say(key="order.bad_email", action=Action.ASK, buttons=stop))
        else:
            values = {"example": _ORDER_EXAMPLE}
            _say(dispatcher, Say(key="order.bad_number", action=Action.ASK, values=values, buttons=stop))
        return []


class Handoff(SdkAction):
    """Calls a person."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_handoff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """The front door marks the conversation as waiting when it sees the action."""
        turn = _turn()
        asked = turn.outcome == "answer" and bool(turn.hits) and turn.hits[0].entry_id == _HANDOFF_ENTRY
        if turn.status == "waiting":
            _say(dispatcher, Say(key="handoff.already", action=Action.HANDOFF))
        else:
            faq = _HANDOFF_ENTRY if asked else None  # what the shop wrote about its team beats our sentence
            _say(dispatcher, Say(key="handoff.requested", faq=faq, action=Action.HANDOFF))
        return [SlotSet("question", None)]


class Affirm(SdkAction):
    """Does what was offered."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """A yes to nothing is taken as “I see”."""
        question = tracker.get_slot("question")
        if question == "handoff":
            return await Handoff().run(dispatcher, tracker, domain)
        if question in {"cancel", "return"}:
            return await _run_skill(dispatcher, f"order_{question}_confirmed", tracker)
        _say(dispatcher, Say(key="ok", buttons=_MENU))
        return []


class Deny(SdkAction):
    """Leaves things as they are."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_deny"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """A no to nothing is taken as “I see”."""
        question, number = tracker.get_slot("question"), tracker.get_slot("order_number")
        key = {"handoff": "handoff.declined", "cancel": "cancel.kept", "return": "return.kept"}.get(
            question or ""
        )
        _say(
            dispatcher, Say(key=key or "ok", values={"order_number": number} if key == "cancel.kept" else {})
        )
        return [SlotSet("question", None)]


class Stop(SdkAction):
    """Ends whatever was going on."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_stop"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """Forget the task and the details given for it."""
        key = "stopped" if tracker.get_slot("task") or tracker.get_slot("question") else "nothing_to_stop"
        _say(dispatcher, Say(key=key, action=Action.STOPPED, buttons=_MENU))
        return [SlotSet(slot, None) for slot in ("task", "question", "order_number", "email")]


class FindProduct(SdkAction):
    """Shows products."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_find_product"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """The catalogue is in the front door."""
        return await _run_skill(dispatcher, "find_product", tracker)


class OutOfScope(SdkAction):
    """Says what the assistant is for."""

    def name(self) -> str:
        """Rasa's hook."""
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        """Unrelated questions are refused, with a way to a person."""
        _say(dispatcher, Say(key="out_of_scope", action=Action.REFUSE, buttons=_MENU))
        return []


async def _run_skill(dispatcher: CollectingDispatcher, name: str, tracker: Tracker) -> list[EventType]:
    """Run a skill in the front door; it answers with things to say and slots to set."""
    arguments = {
        "text": tracker.latest_message.get("text") or "",
        "order_number": tracker.get_slot("order_number"),
        "email": tracker.get_slot("email"),
    }
    outcome = await _turn().call_skill(name, arguments)
    for say in outcome["says"]:
        dispatcher.utter_message(json_message={"say": say})
    return [SlotSet(slot, value) for slot, value in outcome["slots"].items()]


ACTIONS: Sequence[type[SdkAction]] = (
    Greet, Acknowledge, Answer, BeginTask, RunTask, AskOrderNumber, AskEmail, ExplainDetail,
    Handoff, Affirm, Deny, Stop, FindProduct, OutOfScope,
)  # fmt: skip
