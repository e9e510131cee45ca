"""What the widget loads."""

from __future__ import annotations

import httpx
import pytest

from tests.fakes.house import LocaleFiles
from tests.web.doors import House


async def test_the_strings_are_those_of_the_locale(client: httpx.AsyncClient) -> None:
    body = (await client.get("/widget/strings/de.json")).json()

    assert body["language"] == "de"
    assert body["direction"] == "ltr"
    assert body["shop"] == {"name": "Nordlicht", "colour": "#0B6B74"}
    assert body["strings"] == LocaleFiles().strings("de")["widget"]
    assert {"code": "ar", "name": "العربية", "direction": "rtl"} in body["languages"]
    assert body["limits"] == {"message_chars": 4000}
    assert body["starters"][0] == {
        "title": LocaleFiles().say("bot.button.track", "de"),
        "payload": "/track_order",
    }
    assert all(
        starter["payload"] in {starter["title"]} or starter["payload"][0] == "/"
        for starter in body["starters"]
    )


@pytest.mark.parametrize(("asked", "given"), [("de-AT", "de"), ("ar", "ar"), ("sv", "en"), ("en_US", "en")])
async def test_a_language_finds_its_strings(client: httpx.AsyncClient, asked: str, given: str) -> None:
    body = (await client.get(f"/widget/strings/{asked}.json")).json()
    assert body["language"] == given


@pytest.mark.parametrize("asked", ["..", "%2e%2e%2fetc", "a b", "x" * 500, "1"])
async def test_what_is_no_language_is_not_found(client: httpx.AsyncClient, asked: str) -> None:
    assert (await client.get(f"/widget/strings/{asked}.json")).status_code in {404, 503}


async def test_strings_that_are_known_are_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/widget/strings/de.json")
    known = {"if-none-match": f'"other", {first.headers["etag"]}'}

    again = await client.get("/widget/strings/de.json", headers=known)
    changed = await client.get("/widget/strings/en.json", headers=known)

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert changed.status_code == 200


async def test_any_page_may_load_scripts_and_strings(house: House, client: httpx.AsyncClient) -> None:
    folder = house.web_root / "widget" / "dist"
    folder.mkdir(parents=True)
    (folder / "loader.js").write_text("hello()")

    script = await client.get("/widget/loader.js")
    strings = await client.get("/widget/strings/de.json")

    assert script.text == "hello()"
    assert "javascript" in script.headers["content-type"]
    assert {
        script.headers["access-control-allow-origin"],
        strings.headers["access-control-allow-origin"],
    } == {"*"}
    assert "max-age=300" in script.headers["cache-control"]
    known = {"if-none-match": script.headers["etag"]}
    assert (await client.get("/widget/loader.js", headers=known)).status_code == 304


async def test_a_script_that_is_not_there_is_not_found(house: House, client: httpx.AsyncClient) -> None:
    (house.web_root / "widget" / "dist").mkdir(parents=True)
    assert (await client.get("/widget/other.js")).status_code == 404


async def test_an_unbuilt_widget_says_how_to_build_it(client: httpx.AsyncClient) -> None:
    response = await client.get("/widget/loader.js")
    assert response.status_code == 503
    assert "npm" in response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["../secret", "%2e%2e/secret", "..%2fsecret", "/etc/passwd", "%00"])
async def test_nothing_outside_the_folder_is_served(
    house: House, client: httpx.AsyncClient, path: str
) -> None:
    folder = house.web_root / "widget" / "dist"
    folder.mkdir(parents=True)
    (folder.parent / "secret").write_text("secret")

    response = await client.get(f"/widget/{path}")

    assert response.status_code == 404
    assert "secret" not in response.text
