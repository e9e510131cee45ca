"""`storecast live …`: what the command line does with shows. Prints; called by `bot.cli`."""

from __future__ import annotations

import argparse
import getpass
import importlib.util
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.config import Settings
from bot.wording import Phrasebook
from connectors.demo import create as create_demo_shop
from connectors.errors import ConnectorError
from knowledge.facts import KNOWN_VALUES
from streaming.director.profiles import load_profiles
from streaming.output.pushing import KEY_VARIABLE, PushOptions, push
from streaming.script.check import check
from streaming.script.check_text import report_lines
from streaming.script.errors import ScriptError
from streaming.script.reading import load_show

__all__ = ["check_show", "push_show", "show_findings"]


async def check_show(settings: Settings, file: Path) -> int:
    """Print how long a run of show is and what is wrong with it.

    Returns:
        Exit status: 0 when it can go on air, 1 when something is wrong.
    """
    profiles, languages = load_profiles(), [code for code, _, _ in Phrasebook().languages()]
    try:
        show = load_show(file, facts=KNOWN_VALUES, languages=languages, profiles=list(profiles))
    except ScriptError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        shop = create_demo_shop(settings.connectors.demo)
        products = {product.id: product for product in await shop.products()}
    except ConnectorError as error:
        print(f"{error} Products are not checked.", file=sys.stderr)
        products = None
    most = profiles[show.profile].reminder_most_min
    report = check(show, products, week=datetime.now(UTC), reminder_most_min=most)
    print("\n".join(report_lines(report, str(file))))
    return 0 if report.ok else 1


def show_findings(settings: Settings) -> dict[str, str | None]:
    """What the doctor looks at for a live show: part -> what is missing, or None."""
    has_voice = importlib.util.find_spec("espeakng_loader") is not None
    return {
        f"show {settings.streaming.show}": None if settings.streaming.show.is_file() else "missing",
        "voice espeak-ng": None
        if has_voice or "espeak" not in settings.streaming.voice.engines
        else "missing, so there would be subtitles only; install the extra `voice`",
    }


async def push_show(settings: Settings, options: argparse.Namespace) -> int:
    """Send a room's stage to a platform until told to stop.

    Args:
        settings: for the defaults.
        options: `url`, `room`, `server`, `slate`, `json`.

    Returns:
        Exit status: 0 ended as asked, 1 the show can't be read, 2 could not begin.
    """
    try:
        room = options.room or load_show(settings.streaming.show, facts=KNOWN_VALUES).room
    except ScriptError as error:
        print(error, file=sys.stderr)
        return 1
    key = os.environ.get(KEY_VARIABLE)
    if key is None and sys.stdin.isatty():
        key = getpass.getpass("Stream key (empty when the address needs none): ")
    server = options.server or f"http://{settings.web.host}:{settings.web.port}"
    wanted = PushOptions(
        url=options.url, key=key or "", server=server, room=room, slate=options.slate, json=options.json
    )
    return await push(wanted)
