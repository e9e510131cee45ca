"""The demo storefront, and the headers of our pages."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.fakes.house import LocaleFiles
from tests.web.doors import House, call, open_house


@pytest.fixture
def built(house: House) -> House:
    assets = house.web_root / "demo" / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets / "demo.js").write_text("demo()")
    (assets.parent / "index.html").write_text("<!doctype html><title>Demo</title>")
    pictures = house.settings.connectors.demo.file.parent / "images"
    pictures.mkdir(parents=True)
    (pictures / "lamp.svg").write_text("<svg/>")
    return house


async def test_the_storefront_shows_the_shop(client: httpx.AsyncClient) -> None:
    body = (await client.get("/api/demo/storefront", params={"language": "de"})).json()

    assert (body["language"], body["direction"]) == ("de", "ltr")
    assert body["strings"] == LocaleFiles().strings("de")["store"]
    assert body["products"][0]["product_id"] == "lamp"
    assert body["sample_order"] == {"order_number": "NL-1001", "email": "ada@example.com"}
    assert body["questions"] == ["How long does delivery take? (de)"]


@pytest.mark.parametrize(("asked", "given"), [("ar-EG", "ar"), ("sv", "en"), ("!!", "en"), ("", "en")])
async def test_an_unknown_language_gets_the_shops(client: httpx.AsyncClient, asked: str, given: str) -> None:
    body = (await client.get("/api/demo/storefront", params={"language": asked})).json()
    assert body["language"] == given


async def test_the_page_and_its_files_are_served(built: House, client: httpx.AsyncClient) -> None:
    page, script, picture = [
        await client.get(path) for path in ("/", "/assets/demo.js", "/demo/images/lamp.svg")
    ]

    assert "<title>Demo" in page.text
    assert page.headers["content-type"].startswith("text/html")
    assert script.text == "demo()"
    assert picture.headers["content-type"] == "image/svg+xml"
    assert {response.headers["cache-control"] for response in (page, script, picture)} == {"no-cache"}


async def test_the_storefront_can_be_left_out(built: House) -> None:
    house = open_house(built.web_root.parent, demo_storefront=False)
    async with call(house.app) as client:
        paths = ("/", "/assets/demo.js", "/api/demo/storefront")
        assert [(await client.get(path)).status_code for path in paths] == [404, 404, 404]


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/nope", "/widget/strings/en.json"])
async def test_every_response_carries_the_security_headers(
    built: House, client: httpx.AsyncClient, path: str
) -> None:
    headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


async def test_large_answers_are_compressed(client: httpx.AsyncClient) -> None:
    response = await client.get("/widget/strings/en.json", headers={"accept-encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert json.loads(response.text)["language"] == "en"


async def test_the_description_is_a_page_without_scripts(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")

    assert "/webhooks/rest/webhook" in page.text
    assert 'id="ErrorBody"' in page.text
    assert "<script" not in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]


async def test_the_description_is_valid_openapi(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/openapi.json")).json()
    names = set(schema["components"]["schemas"])
    references = {part.split('"')[0] for part in json.dumps(schema).split("#/components/schemas/")[1:]}

    assert schema["openapi"].startswith("3.1")
    assert references <= names
    assert "HTTPBearer" in schema["components"]["securitySchemes"]
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
