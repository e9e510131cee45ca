"""The `storecast` command: argument parsing only; the work is done by the modules it calls."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

import uvloop

from bot.config import ConfigError, Settings, load_settings
from bot.logs import configure_logs
from connectors.errors import ConnectorError
from knowledge.errors import KnowledgeError

__all__ = ["main"]

# Comments and other signs of life a minute, so that the demo's host has somebody to answer.
_DEMO_VIEWERS = 12.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point. Returns the exit status: 0 fine, 1 failed, 2 wrong usage or configuration."""
    options = _parser().parse_args(arguments)
    configure_logs()
    try:
        overrides = {"home": options.home.resolve()} if options.home else {}
        settings = load_settings(options.config, **overrides)
        command: Callable[[Settings, argparse.Namespace], int] = options.run
        return command(settings, options)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (KnowledgeError, ConnectorError, OSError) as error:
        print(f"storecast: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="storecast", description=__doc__)
    parser.add_argument("--config", type=Path, help="configuration file (default: config.yml)")
    parser.add_argument("--home", type=Path, help="data folder (default: var)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train the dialogue model, if anything changed")
    train.add_argument("--force", action="store_true", help="train even if nothing changed")
    train.set_defaults(run=_train)
    serve = commands.add_parser("serve", help="run the product")
    serve.set_defaults(run=_serve)
    demo = commands.add_parser("demo", help="train if needed, run with the demo shop, print one URL")
    demo.set_defaults(run=_demo)
    evaluate = commands.add_parser("eval", help="measure answers on a file of questions")
    evaluate.add_argument(
        "file", type=Path, help='JSON lines {"lang", "topic", "query"}; topic null: must be refused'
    )
    evaluate.add_argument("--kb-languages", help="index only these languages, comma-separated")
    evaluate.add_argument("--json", action="store_true", help="print JSON instead of a table")
    evaluate.add_argument("--report", type=Path, help="write a page (.html) or a picture (.png) as well")
    evaluate.set_defaults(run=_eval)
    kb = commands.add_parser("kb", help="the shop's facts and the FAQ they make").add_subparsers(
        required=True, metavar="ACTION"
    )
    for name, run, text in (
        ("init", _kb_init, "take the shop's facts, once, and answer with them in every language"),
        ("report", _kb_report, "say what the facts make of the FAQ, and what is missing"),
    ):
        action = kb.add_parser(name, help=text)
        action.add_argument("--export", type=Path, metavar="FOLDER", help="write the FAQ, a file a language")
        action.add_argument("--json", action="store_true", help="print JSON instead of a table")
        action.set_defaults(run=run)
        if name == "init":
            action.add_argument("--facts", type=Path, metavar="FILE", help="YAML or JSON; asks without it")
    live = commands.add_parser("live", help="the virtual host").add_subparsers(
        required=True, metavar="ACTION"
    )
    check = live.add_parser("check", help="look at a run of show: how long it is, and what is wrong with it")
    check.add_argument("file", type=Path, help="YAML, see docs/live.md")
    check.set_defaults(run=_live_check)
    push = live.add_parser("push", help="send a room's stage to a platform; see docs/push.md")
    push.add_argument(
        "url", help="rtmp:// or rtmps:// address without the key, which STORECAST_STREAM_KEY has"
    )
    push.add_argument("--room", help="name of the live room (default: the configured show's)")
    push.add_argument("--server", help="address of the product (default: this machine's)")
    push.add_argument("--slate", type=Path, help="picture to send while the stage can't be")
    push.add_argument("--json", action="store_true", help="status as JSON lines")
    push.set_defaults(run=_live_push)
    doctor = commands.add_parser("doctor", help="check that everything needed is there")
    doctor.set_defaults(run=_doctor)
    return parser


def _train(settings: Settings, options: argparse.Namespace) -> int:
    from bot.dialogue.training import model_path

    encoder = settings.knowledge.encoder
    target = model_path(settings.home, settings.config_file, encoder)
    if target.is_file() and not options.force:
        print(f"Dialogue model is up to date: {target}", flush=True)
        return 0
    print("Training the dialogue model (a minute or two, once) …", flush=True)
    started = time.monotonic()
    # A process of its own: Rasa and TensorFlow never give their memory back.
    result = subprocess.run(  # noqa: S603  # our own module, no shell
        [sys.executable, "-m", "bot.dialogue.training", settings.home, settings.config_file, encoder],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if result.returncode or not target.is_file():
        print(result.stdout, file=sys.stderr)
        print("The dialogue model could not be trained; the messages above say why.", file=sys.stderr)
        return 1
    print(f"Trained in {time.monotonic() - started:.0f} s: {target}", flush=True)
    return 0


def _demo(settings: Settings, options: argparse.Namespace) -> int:
    from bot.app import private_file

    options.force = False
    if status := _train(settings, options):
        return status
    token_file = settings.home / "admin-token"
    if settings.admin_token is None:
        os.environ["STORECAST_ADMIN_TOKEN"] = private_file(token_file)
        print(f"Admin token for the staff API: {token_file}", flush=True)
    # What there is to see: a show on air, and somebody who watches it.
    shown = {
        "enabled": True,
        "demo_viewers_per_min": settings.streaming.demo_viewers_per_min or _DEMO_VIEWERS,
    }
    home = {"home": options.home.resolve()} if options.home else {}
    settings = load_settings(options.config, streaming=shown, **home)
    return _serve(settings, options)


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    from bot.dialogue.training import model_path
    from bot.serving import serve

    if not model_path(settings.home, settings.config_file, settings.knowledge.encoder).is_file():
        print("The dialogue model is missing or out of date: run `storecast train` first.", file=sys.stderr)
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(settings))


def _eval(settings: Settings, options: argparse.Namespace) -> int:
    from bot.app import open_knowledge
    from bot.language import LanguageDetector
    from connectors.demo import create as create_demo_shop
    from knowledge.evaluate import evaluate, read_questions, table
    from knowledge.languages import LanguageModel

    facts = asyncio.run(create_demo_shop(settings.connectors.demo).facts())
    languages = options.kb_languages.split(",") if options.kb_languages else None
    chosen = settings.knowledge.model_copy(update={"languages": languages})
    settings = settings.model_copy(update={"knowledge": chosen, "home": settings.home / "eval"})
    knowledge = open_knowledge(settings, {}, facts, patience_s=inf)
    detector = LanguageDetector(LanguageModel.load(), knowledge.coverage())
    questions = read_questions(options.file.read_text(encoding="utf-8").splitlines())
    report = evaluate(knowledge, questions, lambda text: detector.detect(text) or "en")
    print(json.dumps(report, indent=2) if options.json else table(report))
    if options.report:
        from knowledge.report import write_report

        write_report(
            report, options.report, title=f"{options.file.name}, {options.kb_languages or 'all'} indexed"
        )
    return 0


def _kb_init(settings: Settings, options: argparse.Namespace) -> int:
    from bot.kb import init

    return init(settings, facts_file=options.facts, folder=options.export, as_json=options.json)


def _kb_report(settings: Settings, options: argparse.Namespace) -> int:
    from bot.kb import report

    return report(settings, folder=options.export, as_json=options.json)


def _live_check(settings: Settings, options: argparse.Namespace) -> int:
    from bot.live.commands import check_show

    return asyncio.run(check_show(settings, options.file))


def _live_push(settings: Settings, options: argparse.Namespace) -> int:
    from bot.live.commands import push_show

    with asyncio.Runner() as runner:
        return runner.run(push_show(settings, options))


def _doctor(settings: Settings, options: argparse.Namespace) -> int:
    from bot.dialogue.training import model_path
    from bot.live.commands import show_findings

    model = model_path(settings.home, settings.config_file, settings.knowledge.encoder)
    findings = {
        f"configuration {settings.config_file}": None,
        f"data folder {settings.home}": None
        if os.access(_existing(settings.home), os.W_OK)
        else "not writable",
        f"dialogue model {model.name}": None if model.is_file() else "missing; run `storecast train`",
        f"demo shop {settings.connectors.demo.file}": None
        if settings.connectors.demo.file.is_file()
        else "missing",
        **(show_findings(settings) if settings.streaming.enabled else {}),
    }
    for name, problem in findings.items():
        print(f"{'ok  ' if problem is None else 'FAIL'} {name}{'' if problem is None else f': {problem}'}")
    return 1 if any(findings.values()) else 0


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


if __name__ == "__main__":
    sys.exit(main())
