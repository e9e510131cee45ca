"""The stage page, as a studio program and a viewer meet it: what is heard, what is seen when, what stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.stage_server import StageServer
from tests.fakes.stage_texts import texts

PORTRAIT = {"width": 405, "height": 720}
LANDSCAPE = {"width": 960, "height": 540}
PHONE = {"width": 390, "height": 844}
# Sound without a tap, as in a studio program.
_STUDIO = [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE_MS = 15_000
# Kept from the first script on: each start of a sound, and an ear between the page and the loudspeaker.
_EAR = """
window.starts = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (when, offset) {
  window.starts.push(offset ?? 0);
  start.call(this, when, offset);
};
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode) {
    window.ear ??= new AnalyserNode(this.context, { fftSize: 512 });
    connect.call(this, window.ear);
  }
  return connect.call(this, to, ...rest);
};
window.loudness = () => {
  if (!window.ear) return 0;
  const samples = new Float32Array(512);
  window.ear.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs));
};
"""
# What is on top at the middle of the label.
_ON_TOP = """(() => {
  const box = document.querySelector('#ai-label').getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.width > 40 && box.left >= 0 && box.top >= 0 && top?.closest('#ai-label') !== null;
})()"""
Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def studio(browser: Browser, chromium: str) -> Iterator[Browser]:
    """A browser that lets sound out without a tap."""
    started = browser.browser_type.launch(executable_path=chromium, args=_STUDIO)
    yield started
    started.close()


@pytest.fixture
def room(built_pages: Path) -> Iterator[StageServer]:
    if not (built_pages / "stage" / "dist" / "index.html").exists():
        pytest.fail("web/stage is not built. Run: cd web && npm ci && npm run build")
    twin = StageServer(built_pages)
    twin.start()
    yield twin
    twin.stop()


@pytest.fixture
def enter(room: StageServer, studio: Browser) -> Iterator[Enter]:
    """`enter(query="", browser=studio, **options of the context)`; no page may have complained."""
    pages: list[Page] = []
    problems: list[str] = []

    def open_stage(query: str = "", *, inside: Browser = studio, **options: Any) -> Page:
        page = inside.new_context(**{"viewport": PORTRAIT, **options}).new_page()
        pages.append(page)
        page.set_default_timeout(_PATIENCE_MS)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(f"{line.type}: {line.text}"))
        page.add_init_script(_EAR)
        page.goto(f"{room.url}/stage/main{query}")
        until(page, "storecastStage.labelShown")
        return page

    yield open_stage
    for page in pages:
        page.context.close()
    assert problems == []


def until(page: Page, condition: str) -> None:
    """Waits inside the page: our content security policy forbids Playwright's own way of waiting."""
    page.evaluate(
        f"""() => new Promise((resolve, reject) => {{
          const end = performance.now() + {_PATIENCE_MS};
          const look = () => {{
            if (window.storecastStage && ({condition})) return resolve();
            if (performance.now() > end) return reject(new Error({json.dumps("never: " + condition)}));
            setTimeout(look, 10);
          }};
          look();
        }})"""
    )


def stage(page: Page, name: str) -> Any:
    """A value of the page's handle."""
    return page.evaluate(f"() => storecastStage.{name}")


def mouth_until_the_end(page: Page) -> list[dict[str, float]]:
    """`{at, open}` for each moment of the sentence being heard, by the audio clock."""
    found: list[dict[str, float]] = page.evaluate(
        """() => new Promise(resolve => {
          const seen = [];
          const look = () => {
            if (!storecastStage.utteranceId) return resolve(seen);
            const at = storecastStage.audioTimeMs;
            if (at !== null) seen.push({at, open: storecastStage.mouthOpen});
            requestAnimationFrame(look);
          };
          look();
        })"""
    )
    return found


# --- Sound and mouth --------------------------------------------------------------------------------------


def test_the_mouth_moves_with_the_sound_and_is_closed_in_pauses(enter: Enter, room: StageServer) -> None:
    page = enter()
    said = room.say("one two three four")
    until(page, "storecastStage.audioTimeMs !== null")

    moments = mouth_until_the_end(page)

    words = [(start, end) for _, _, start, end in said["words"]]
    spoken = [one["open"] for one in moments for start, end in words if start + 130 < one["at"] < end - 60]
    pauses = [one["open"] for one in moments for _, end in words if end + 170 < one["at"] < end + 300]
    assert max(spoken) > 0.3
    assert min(spoken) > max(pauses)
    assert max(pauses) < 0.1


def test_a_sentence_is_heard_once_reported_and_freed(enter: Enter, room: StageServer) -> None:
    page = enter()
    said = room.say("one two")

    until(page, "loudness() > 0.05")
    until(page, "storecastStage.utteranceId === null && storecastStage.held === 0")

    assert len(page.evaluate("() => starts")) == 1
    assert [(one["id"], one["status"]) for one in room.progress] == [
        (said["id"], "started"),
        (said["id"], "done"),
    ]
    assert room.progress[1]["heard_ms"] == said["duration_ms"]


def test_a_cut_silences_and_closes_the_mouth(enter: Enter, room: StageServer) -> None:
    page = enter()
    said = room.say("one two three four five six seven eight nine ten")
    until(page, "storecastStage.audioTimeMs > 300 && loudness() > 0.05")

    room.cut()

    until(page, "storecastStage.utteranceId === null && loudness() === 0 && storecastStage.mouthOpen < 0.05")
    expect(page.locator(".caption.spoken")).to_be_hidden()
    assert room.progress[-1]["status"] == "aborted"
    assert 0 < room.progress[-1]["heard_ms"] < said["duration_ms"]


def test_a_page_loaded_anew_joins_the_running_sentence_where_it_is(enter: Enter, room: StageServer) -> None:
    page = enter()
    room.say(" ".join(["one"] * 20))
    until(page, "storecastStage.audioTimeMs > 1000")

    page.reload()

    until(page, "storecastStage.audioTimeMs > 1000 && loudness() > 0.05")
    assert min(page.evaluate("() => starts")) > 1
    until(page, "storecastStage.audioTimeMs !== null && Math.abs(storecastStage.skewMs) < 80")


def test_a_sentence_that_is_over_is_not_spoken_to_who_comes_late(enter: Enter, room: StageServer) -> None:
    first = enter()
    room.say("one")
    until(first, "storecastStage.utteranceId !== null")
    until(first, "storecastStage.utteranceId === null")

    page = enter()

    assert stage(page, "utteranceId") is None
    assert page.evaluate("() => starts") == []


def test_where_sound_waits_for_a_tap_the_mouth_moves_and_one_button_lets_it_out(
    enter: Enter, room: StageServer, browser: Browser
) -> None:
    page = enter(inside=browser)
    button = page.get_by_role("button", name=texts("en")["strings"]["tap_for_sound"])
    expect(button).to_be_visible()
    room.say(" ".join(["one"] * 12))
    until(page, "storecastStage.mouthOpen > 0.2")
    assert stage(page, "audioTimeMs") is None

    button.click()

    expect(button).to_be_hidden()
    until(page, "storecastStage.audioTimeMs > 0")
    assert len(page.evaluate("() => starts")) == 1


def test_the_page_that_is_only_looked_at_makes_no_sound(enter: Enter, room: StageServer) -> None:
    page = enter("?push=1")

    room.say("one two")
    until(page, "storecastStage.mouthOpen > 0.2")

    assert page.evaluate("() => starts") == []
    expect(page.get_by_role("button")).to_have_count(0)


# --- The line ---------------------------------------------------------------------------------------------


def test_a_broken_line_is_taken_up_where_it_was_and_nothing_is_said_twice(
    enter: Enter, room: StageServer
) -> None:
    page = enter()
    said = room.say("one two three four five six seven eight")
    until(page, "storecastStage.audioTimeMs > 200")

    room.drop(doors_open=False)
    room.scene(room.live("en", card=room.card("en")))
    room.reopen()
    until(page, "storecastStage.card === 'backpack'")

    assert stage(page, "utteranceId") == said["id"]
    assert len(page.evaluate("() => starts")) == 1
    assert (room.entered[-1]["epoch"], room.entered[-1]["last_seq"]) == ("one", 1)


def test_what_was_cut_while_the_line_was_down_falls_silent_with_the_hello(
    enter: Enter, room: StageServer
) -> None:
    page = enter()
    room.say(" ".join(["one"] * 20))
    until(page, "loudness() > 0.05")

    room.drop(doors_open=False)
    room.cut()
    room.reopen()

    until(page, "storecastStage.utteranceId === null && loudness() === 0")


def test_a_server_that_has_forgotten_everything_is_followed(enter: Enter, room: StageServer) -> None:
    page = enter()
    room.scene(room.live("en", card=room.card("en")))
    until(page, "storecastStage.card === 'backpack'")
    room.drop(doors_open=False)
    room.state = room.live("en", card=room.card("en", "mug"))
    room.reopen(forgotten=True)

    until(page, "storecastStage.card === 'mug' && storecastStage.epoch === 'two'")
    said = room.say("one two")

    until(page, f"storecastStage.utteranceId === {json.dumps(said['id'])}")


# --- What must be seen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [PORTRAIT, LANDSCAPE])
def test_the_label_is_seen_in_every_mode(enter: Enter, room: StageServer, viewport: dict[str, int]) -> None:
    page = enter("?background=none&theme=dark", viewport=viewport)
    prompt = {"now": "One line.", "next": None, "answer": None}

    def seen_in(mode: str) -> bool:
        room.scene(room.full("en", mode=mode, teleprompter=prompt, poll=room.poll("en")))
        until(page, f"document.querySelector('#stage').dataset.mode === '{mode}'")
        return bool(page.evaluate(_ON_TOP))

    modes = ["live", "paused", "staff", "slate", "assist"]
    assert {mode: seen_in(mode) for mode in modes} == dict.fromkeys(modes, True)
    expect(page.locator("#ai-label")).to_have_text("AI host")


def test_no_style_of_a_studio_program_takes_the_label_away(enter: Enter) -> None:
    page = enter()

    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`#ai-label {
            display: none !important; visibility: hidden !important; opacity: 0 !important;
            width: 0 !important;
            transform: scale(0) !important; left: -999px !important; clip-path: inset(50%) !important;
            font-size: 0 !important; color: transparent !important; z-index: -1 !important;
          } #stage { z-index: 2147483647 !important }`);
          document.adoptedStyleSheets = [sheet];
          const cover = document.createElement('div');
          cover.style.cssText = 'position: fixed; inset: 0; background: red; z-index: 2147483647';
          document.body.append(cover);
        }"""
    )

    until(page, _ON_TOP)
    assert (
        page.locator("#ai-label").evaluate("label => getComputedStyle(label).color") == "rgb(255, 255, 255)"
    )


def test_a_product_comes_at_its_mark(enter: Enter, room: StageServer) -> None:
    room.state = room.live("en", card=room.card("en", "mug"))
    page = enter()
    assert stage(page, "card") == "mug"

    # As the director does: the stage first, then the sentence that goes with it.
    room.scene(room.live("en", card=room.card("en", "backpack")))
    said = room.say("one two three four", marks=(("card", "backpack", 3),))
    until(page, "storecastStage.audioTimeMs > 700")
    before = stage(page, "card")
    until(page, "storecastStage.card === 'backpack'")

    assert before == "mug"
    assert stage(page, "audioTimeMs") >= said["marks"][0]["at_ms"] - 100
    expect(page.locator(".card:not(.leaves)")).to_contain_text("€89.00")


def test_a_product_that_no_sentence_names_comes_all_the_same_and_an_uncard_takes_it_away(
    enter: Enter, room: StageServer
) -> None:
    page = enter()
    room.scene(room.live("en", card=room.card("en")))
    until(page, "storecastStage.card === 'backpack'")

    room.say("one two", marks=(("uncard", "", 1),))

    until(page, "storecastStage.card === null")


def test_new_figures_of_a_product_are_written_where_it_stands(enter: Enter, room: StageServer) -> None:
    room.state = room.live("en", card=room.card("en"))
    page = enter()
    page.locator(".card").evaluate("card => { card.dataset.mine = 'same' }")

    room.scene(
        room.live(
            "en", card=room.card("en", price="€79.00", was=None, stock="sold_out", stock_text="Sold out")
        )
    )

    card = page.locator(".card[data-mine=same]")
    expect(card).to_contain_text("€79.00")
    expect(card).to_contain_text("Sold out")
    expect(card.locator(".was")).to_be_hidden()


def test_what_viewers_write_is_never_markup(enter: Enter, room: StageServer) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>"
    highlight = {"name": evil, "text": evil, "others": 0, "others_text": ""}

    room.state = room.live(
        "en", highlight=highlight, card=room.card("en", title=evil, image_url="javascript:alert(1)")
    )
    page = enter()

    expect(page.locator(".asked")).to_have_text(evil)
    expect(page.locator(".card h2")).to_have_text(evil)
    assert page.locator(".comment img, .comment b, .card b, .card img[src]").count() == 0
    assert page.title() == "Storecast"


def test_the_countdown_goes_by_the_shows_clock(enter: Enter, room: StageServer) -> None:
    ends = {"ends_at_ms": room.now_ms() + 3_725_000, "text": "Sale ends in"}
    room.state = room.live("en", countdown=ends)

    page = enter()

    expect(page.get_by_role("timer")).to_contain_text("1:02:0")
    room.scene(room.live("en", countdown={**ends, "ends_at_ms": room.now_ms() + 200}))
    expect(page.get_by_role("timer")).to_have_count(0)


def test_a_poll_shows_its_shares(enter: Enter, room: StageServer) -> None:
    room.state = room.live("de", poll=room.poll("de"))

    page = enter()

    rows = page.locator(".poll li")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("51")
    widths = [bar.bounding_box() for bar in page.locator(".bar i").all()]
    shares = [round(width["width"] / widths[0]["width"], 1) for width in widths if width and widths[0]]
    assert shares == [1.0, 0.7, 0.3]


def test_slate_hides_the_presenter_and_says_so(enter: Enter, room: StageServer) -> None:
    page = enter()
    expect(page.locator(".presenter canvas")).to_have_count(1)

    room.scene(room.full("en", mode="slate"))

    expect(page.get_by_text(texts("en")["strings"]["slate"])).to_be_visible()
    expect(page.locator(".presenter canvas")).to_have_count(0)
    expect(page.locator(".card:not(.leaves), .countdown, .comment:not(.leaves)")).to_have_count(0)


def test_another_presenter_takes_the_place_of_the_first(enter: Enter, room: StageServer) -> None:
    page = enter()
    page.locator(".presenter canvas").evaluate("canvas => { canvas.dataset.who = 'first' }")

    room.scene(room.live("en", persona={"id": "omar", "name": "Omar", "presenter": "omar"}))

    expect(page.locator(".presenter canvas[data-who=first]")).to_have_count(0)
    expect(page.locator(".presenter canvas")).to_have_count(1)


def test_assist_shows_a_person_what_to_read_and_stays_silent(enter: Enter, room: StageServer) -> None:
    line, later = "One two three four five.", "And then this."
    prompt = {"now": line, "next": later, "answer": "It fits."}
    room.state = room.live("en", mode="assist", teleprompter=prompt)
    page = enter()

    room.say(line)
    until(page, "storecastStage.utteranceId !== null")

    expect(page.locator(".prompt-now .now")).to_have_count(1)
    expect(page.locator(".prompt-now")).to_have_text(line)
    expect(page.locator(".prompter")).to_contain_text(later)
    expect(page.locator(".prompt-answer")).to_contain_text("It fits.")
    assert page.evaluate("() => starts") == []


# --- Captions and places ----------------------------------------------------------------------------------

# Lines that a caption takes, by the tops of what is drawn.
_LINES = """caption => new Set([...caption.querySelectorAll('span:not([hidden])')]
  .flatMap(one => [...one.getClientRects()]).map(box => Math.round(box.bottom / box.height))).size"""


@pytest.mark.parametrize(
    ("language", "second", "direction"), [("ar", "en", "rtl"), ("ja", "de", "ltr"), ("de", "ar", "ltr")]
)
def test_captions_follow_the_words_in_two_lines_and_two_languages(
    enter: Enter, room: StageServer, language: str, second: str, direction: str
) -> None:
    room.state = room.live(language, captions=second)
    page = enter()
    line = texts(language)["line"]

    room.say(line, language, captions={second: texts(second)["line"]}, pace=3)
    spoken, translated = page.locator(".caption.spoken"), page.locator(".caption.translated")
    expect(spoken.locator(".now")).to_be_visible()

    expect(spoken).to_have_attribute("dir", direction)
    expect(spoken).to_have_attribute("lang", language)
    expect(translated).to_have_attribute("lang", second)
    assert spoken.evaluate("caption => caption.textContent") == line
    assert spoken.evaluate(_LINES) <= 2
    assert translated.evaluate(_LINES) <= 2
    first_words = spoken.inner_text()
    until(page, f"document.querySelector('.spoken').innerText !== {json.dumps(first_words)}")
    assert spoken.evaluate(_LINES) <= 2
    expect(spoken.locator(".now")).to_be_visible()


def test_a_sentence_without_a_voice_is_shown_and_its_mouth_is_still(enter: Enter, room: StageServer) -> None:
    page = enter()

    room.say("one two three", sound=False)
    until(page, "storecastStage.utteranceId !== null")

    expect(page.locator(".caption.spoken")).to_have_text("one two three")
    until(page, "storecastStage.utteranceId === null")
    assert page.evaluate("() => starts") == []


_BOXES = """() => Object.fromEntries(
  ['.card', '.poll', '.countdown', '.coupon', '.comment', '.captions', '#ai-label']
    .map(name => [name, document.querySelector(name)?.getBoundingClientRect().toJSON()])
    .filter(([, box]) => box))"""


def overlaps(boxes: dict[str, Any]) -> list[tuple[str, str]]:
    """Names of boxes that lie over one another by more than a pixel."""
    names = sorted(boxes)
    pairs = [(one, other) for at, one in enumerate(names) for other in names[at + 1 :]]
    return [
        (one, other)
        for one, other in pairs
        if min(boxes[one]["right"], boxes[other]["right"]) - max(boxes[one]["left"], boxes[other]["left"]) > 1
        and min(boxes[one]["bottom"], boxes[other]["bottom"]) - max(boxes[one]["top"], boxes[other]["top"])
        > 1
    ]


def wrongly_placed(page: Page, viewport: dict[str, int]) -> list[Any]:
    """What lies over something else, or where the platforms have their controls."""
    boxes = page.evaluate(_BOXES)
    portrait = viewport["height"] > viewport["width"]
    right, bottom = (0.88, 0.8) if portrait else (1, 1)
    outside = [name for name, box in boxes.items() if box["right"] > viewport["width"] * right + 1]
    below = [name for name, box in boxes.items() if box["bottom"] > viewport["height"] * bottom + 1]
    return [*outside, *below, *overlaps(boxes)]


@pytest.mark.parametrize("viewport", [PORTRAIT, PHONE, LANDSCAPE])
@pytest.mark.parametrize("poll", [False, True])
def test_nothing_lies_over_anything_else_or_under_the_platforms_controls(
    enter: Enter, room: StageServer, viewport: dict[str, int], poll: bool
) -> None:
    page = enter(viewport=viewport, reduced_motion="reduce")

    def faults_in(language: str) -> list[Any]:
        opened = {False: None, True: room.poll(language)}[poll]
        room.scene(room.full(language, captions="de", poll=opened))
        said = room.say(texts(language)["line"], language, captions={"de": texts("de")["line"]}, pace=4)
        until(page, f"storecastStage.utteranceId === '{said['id']}'")
        expect(page.locator(f".caption.spoken:lang({language}) .now")).to_be_visible()
        until(page, "document.fonts.status === 'loaded' && !document.querySelector('.leaves')")
        return wrongly_placed(page, viewport)

    languages = ["en", "de", "ar", "ja"]
    assert {language: faults_in(language) for language in languages} == {one: [] for one in languages}


def test_a_studio_program_gets_a_transparent_page(enter: Enter) -> None:
    page = enter("?background=none")

    assert page.locator(".layer").first.is_hidden()
    assert (
        page.evaluate("() => getComputedStyle(document.querySelector('#stage')).backgroundColor")
        == "rgba(0, 0, 0, 0)"
    )


def test_nothing_moves_by_itself_for_those_who_asked_for_calm(enter: Enter, room: StageServer) -> None:
    room.state = room.full("en", poll=room.poll("en"))

    page = enter(reduced_motion="reduce")

    assert page.evaluate("() => document.getAnimations().length") == 0
    assert (
        page.evaluate("() => [...document.querySelectorAll('.layer')].map(one => one.style.transform)")
        == [""] * 3
    )


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ar", "dark")])
def test_axe_finds_nothing(enter: Enter, room: StageServer, axe: str, language: str, theme: str) -> None:
    page = enter(f"?theme={theme}", reduced_motion="reduce")
    page.evaluate(axe)
    line = texts(language)["line"]
    prompt = {"now": line, "next": line, "answer": line}
    room.say(line, language, captions={"de": texts("de")["line"]})

    def found_in(mode: str) -> list[Any]:
        room.scene(room.full(language, mode=mode, poll=room.poll(language), teleprompter=prompt))
        until(page, f"document.querySelector('#stage').dataset.mode === '{mode}'")
        violations: list[Any] = page.evaluate(
            "async () => (await axe.run(document)).violations.map(({id, nodes}) =>"
            " [id, nodes.map(({target, failureSummary}) => [target.flat(), failureSummary])])"
        )
        return violations

    modes = ["live", "slate", "assist"]
    assert {mode: found_in(mode) for mode in modes} == {mode: [] for mode in modes}
