"""`storecast kb`: from thirty facts to an FAQ in every language, and what it still lacks.

Called by `cli`; opens the database the product uses, so that a running product answers with the new facts
within seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.app import open_entries, open_store
from bot.config import Settings
from bot.facts_desk import save_facts, saved_facts
from bot.facts_prompts import ask_facts
from bot.shop_facts import checked, merged, read_facts
from bot.wording import Phrasebook
from connectors.demo import create as create_demo_shop
from knowledge.coverage import Coverage, Page, as_data, coverage, pages
from knowledge.entries import Entry
from knowledge.facts import Facts

__all__ = ["init", "report"]


def init(settings: Settings, *, facts_file: Path | None, folder: Path | None, as_json: bool) -> int:
    """Take the shop's facts from a file or from the person at the terminal, keep them, report.

    Args:
        settings: where the database is, and `shop:`, which wins.
        facts_file: YAML or JSON; None asks.
        folder: write the whole FAQ there, one Markdown file a language; None does not.
        as_json: print JSON instead of a table.

    Returns:
        Exit status.
    """
    return asyncio.run(_init(settings, facts_file, folder, as_json))


def report(settings: Settings, *, folder: Path | None, as_json: bool) -> int:
    """Say what the facts that are there make of the FAQ; writes it to `folder` as `init` does."""
    return asyncio.run(_report(settings, folder, as_json))


async def _init(settings: Settings, facts_file: Path | None, folder: Path | None, as_json: bool) -> int:
    store = await open_store(settings)
    try:
        saved, version = await saved_facts(store)
        if facts_file is not None:
            facts = read_facts(facts_file, currency=settings.shop.currency)
        elif sys.stdin.isatty():
            asked = await asyncio.to_thread(_asked, settings, saved)
            if asked is None:
                return 130
            facts = asked
        else:
            print("Nobody is at the terminal: give the facts with --facts FILE.", file=sys.stderr)
            return 2
        await save_facts(store, facts, version=version)
    finally:
        await store.close()
    print("Saved. A running Storecast answers with these facts within seconds.", file=sys.stderr)
    for name in sorted(settings.shop.model_dump(exclude_none=True).keys() & facts.keys()):
        print(f"config.yml sets {name} too, and wins.", file=sys.stderr)
    return await _report(settings, folder, as_json)


def _asked(settings: Settings, saved: Mapping[str, Any] | None) -> dict[str, Any] | None:
    book = Phrasebook()
    language = book.nearest(settings.shop.default_language)
    known = merged(platform={}, saved=saved, ours=settings.shop) if saved is not None else {}
    given = ask_facts(known, lambda key, **values: book.say(key, language, values) or key)
    return None if given is None else checked(given, currency=settings.shop.currency)[0]


async def _report(settings: Settings, folder: Path | None, as_json: bool) -> int:
    store = await open_store(settings)
    try:
        saved, _ = await saved_facts(store)
        changed = await store.entries()
    finally:
        await store.close()
    platform = await create_demo_shop(settings.connectors.demo).facts()
    facts = Facts(merged(platform=platform, saved=saved, ours=settings.shop))
    entries = list(open_entries(settings, changed).values())
    languages = [code for code, _, _ in Phrasebook().languages()]
    found = coverage(entries, facts, languages)
    print(json.dumps(as_data(found), indent=2) if as_json else _as_text(found))
    if folder is not None:
        _write(folder, entries, facts, languages)
    return 0


def _write(folder: Path, entries: Sequence[Entry], facts: Facts, languages: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        text = "\n".join(map(_as_markdown, pages(entries, facts, language)))
        (folder / f"{language}.md").write_text(text, encoding="utf-8")
    print(f"{len(languages)} files in {folder}", file=sys.stderr)


def _as_markdown(page: Page) -> str:
    return f"## {page.title}\n\n{page.answer}\n"


def _as_text(found: Coverage) -> str:
    """Languages that are alike share a line; then what is missing."""
    alike: dict[tuple[int, ...], list[str]] = {}
    for code, row in found.languages.items():
        alike.setdefault((row.whole, row.shortened, row.silent, row.absent), []).append(code)
    lines = [f"{found.entries} entries in {len(found.languages)} languages", ""]
    for (whole, shortened, silent, absent), codes in sorted(alike.items(), key=lambda item: -len(item[1])):
        parts = [f"{whole} complete", f"{shortened} without a sentence"]
        parts += [f"{silent} not answered"] if silent else []
        parts += [f"{absent} not written"] if absent else []
        named = f"all {len(codes)} languages" if len(alike) == 1 else f"{len(codes)}: {' '.join(codes)}"
        lines.append(f"  {', '.join(parts)}   ({named})")
    if found.gaps:
        lines += ["", "Facts that are not given, and where a sentence needs them:"]
        lines += [f"  {name:<24}{', '.join(of)}" for name, of in found.gaps.items()]
    if found.silent:
        lines += ["", f"Not answered for want of facts: {', '.join(found.silent)}"]
    return "\n".join(lines)
