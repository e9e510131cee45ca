"""The host's own lines in English, and a source of lines for tests, shaped as section `host` of a locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["ENGLISH", "SPANISH", "DictLines"]

ENGLISH: dict[str, tuple[str, ...]] = {
    "ai_reminder": (
        "A quick reminder: I am an AI host, speaking for this shop.",
        "Just so you know, you are watching an AI presenter.",
        "In case you have just joined: I am an AI host, not a person.",
    ),
    "back_to_pitch": (
        "Now, back to what I was showing you.",
        "So, where were we.",
        "Let me pick up where I stopped.",
    ),
    "back_plain": (
        "All right, let us go on.",
        "So, on we go.",
        "Back to the show.",
    ),
    "asked_one": (
        "{name} asks about this.",
        "A question from {name}.",
        "{name} would like to know.",
    ),
    "asked_many": (
        "{name} and {count, plural, one {# other viewer ask} other {# others ask}} the same thing.",
        "A question from {name} and {count, plural, one {one more viewer} other {# more viewers}}.",
        "{name} wants to know, and so {count, plural, one {does one more of you} other {do # more of you}}.",
    ),
    "private": (
        "For anything about your own order, please send us a message. That stays between you and the team.",
        "Questions about an order or an account are best kept private: write to us, and the team will look.",
    ),
    "deferred": (
        "Some of your questions I can’t answer for certain, so I have passed them to the team.",
        "I don’t want to guess on a few of your questions. A colleague will take them.",
        "A few questions have gone to our team, so that you get a proper answer.",
    ),
    "sold_out": (
        "{title} has just sold out, so let us move on.",
        "That was the last one: {title} is sold out for now.",
        "I have to stop here: {title} is all gone.",
    ),
    "price_note": (
        "A quick note: the price has changed since I last named it.",
        "Please listen to the price once more, because it has just changed.",
    ),
    "product_offer": (
        "{title} is {price}, and {stock, plural, one {there is one left} other {there are # left}}.",
        "You can have {title} for {price}. {stock, plural, one {One is} other {# are}} in stock.",
    ),
    "thanks_follow": (
        "Thank you for following, {names}{count, plural, =0 {} one {, and one more} other {, and # more}}.",
        "Welcome to the circle, {names}{count, plural, =0 {} one {, and one more} other {, and # others}}.",
        "{names}{count, plural, =0 {} one {, and one more} other {, and # more}}, thanks for the follow.",
    ),
    "thanks_gift": (
        "Thank you for the gift, {names}{count, plural, =0 {} one {, and one more} other {, and # more}}.",
        "{names}{count, plural, =0 {} one {, and one more} other {, and # more}}, that is very kind of you.",
    ),
    "welcome": (
        "Welcome, {names}{count, plural, =0 {} one {, and one more} other {, and # more}}.",
        "Good to have you here, {names}{count, plural, =0 {} one {, and one more} other {, and # others}}.",
        "Hello {names}{count, plural, =0 {} one {, and one more} other {, and # more}}, nice to see you.",
    ),
    "thanks_order": (
        "Thank you for your order, {names}{count, plural, =0 {} one {, and one more} other {, and # more}}.",
        "{names}{count, plural, =0 {} one {, and one more} other {, and # more}}, thanks for your order.",
    ),
    "coupon": (
        "There is a code for you today: {coupon}. Enter it at the checkout.",
        "If you are ordering now, use the code {coupon}.",
        "Write this down: {coupon} is your code for today.",
    ),
    "follow_call": (
        "If you like what you see, follow us, and you will know when the next show begins.",
        "A follow costs nothing and brings you back here next time.",
    ),
    "sale_opens": (
        "The flash sale is on: {title}, for {minutes, plural, one {one minute} other {# minutes}} from now.",
        "From now on {title} is on sale, for {minutes, plural, one {one minute} other {# minutes}}.",
    ),
    "sale_left": (
        "{minutes, plural, one {One minute} other {# minutes}} left in the sale.",
        "Still thinking about it? The sale ends in {minutes, plural, one {a minute} other {# minutes}}.",
    ),
    "sale_over": (
        "The flash sale is over. Thank you to everyone who took part.",
        "Time is up, the sale has ended.",
    ),
    "poll_opens": (
        "There is a poll on your screen. Tell me what you think.",
        "I would like your opinion: the poll is open now.",
    ),
    "poll_result": (
        "The poll is closed: {percent} percent of you chose {option}.",
        "And the result: {option}, with {percent} percent.",
    ),
    "hello_shift": (
        "Hello and welcome, I am {name}, your AI host.",
        "Hi, this is {name}, your AI host. Good to have you here.",
    ),
    "bye_shift": (
        "That is all from me for now. Thank you for watching.",
        "My time is up. Thank you for your company, and see you soon.",
    ),
    "technical": (
        "Sorry about that, a short technical hitch. I am back.",
        "That was a small technical problem. Let us go on.",
    ),
}  # fmt: skip

# Only what tests ask for in another language.
SPANISH: dict[str, tuple[str, ...]] = {
    "asked_one": ("Pregunta de {name}.",),
    "asked_many": ("Pregunta de {name} y {count} más.",),
    "hello_shift": ("Hola, soy {name}, vuestra presentadora de IA.",),
    "bye_shift": ("Hasta pronto.",),
    "private": ("Los pedidos los vemos por mensaje privado.",),
    "ai_reminder": ("Os recuerdo que soy una IA.",),
}


class DictLines:
    """Lines from a dict by language; a language or key that is not there takes English, as the locales do."""

    def __init__(self, languages: Mapping[str, Mapping[str, Sequence[str]]] | None = None) -> None:
        self._languages = languages or {"en": ENGLISH, "es": SPANISH}

    def variants(self, key: str, language: str) -> Sequence[str]:
        lines = self._languages.get(language, ENGLISH)
        return lines.get(key) or ENGLISH[key]
