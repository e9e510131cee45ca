"""One error shape for everything."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from string import Formatter

import httpx
import pytest
from fastapi.routing import APIRoute
from structlog.testing import capture_logs

from bot.web.errors import FAULTS, ApiError, Errors
from bot.web.health import Metrics
from bot.web.languages import Languages
from tests.fakes.house import LocaleFiles
from tests.web.doors import STAFF, House, say

WEB = Path(__file__).resolve().parents[2] / "bot" / "web"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nope", 404, "not_found"),
        ("GET", "/webhooks/rest", 404, "not_found"),
        ("GET", "/api/nope", 404, "not_found"),
        ("GET", "/widget/strings/de", 503, "not_built"),
        ("GET", "/widget/nope.js", 503, "not_built"),
        ("GET", "/", 503, "not_built"),
        ("GET", "/demo/images/nope.svg", 404, "not_found"),
        ("GET", "/demo/images/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        ("GET", "/%00", 404, "not_found"),
        ("GET", "/ws/chat", 404, "not_found"),
        ("GET", "/webhooks/rest/webhook", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
        ("POST", "/widget/loader.js", 405, "method_not_allowed"),
        ("PATCH", "/api/knowledge/entries/a", 405, "method_not_allowed"),
    ],
)
async def test_a_wrong_address_has_the_error_shape(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)

    body = response.json()
    assert (response.status_code, body["error"]["code"]) == (status, code)
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert response.headers["content-type"] == "application/json"


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient) -> None:
    assert (await client.put("/webhooks/rest/webhook")).headers["allow"] == "POST"


async def test_every_route_refuses_nonsense_in_the_error_shape(
    house: House, client: httpx.AsyncClient
) -> None:
    seen = []
    for path, method in _operations(house):
        address = re.sub(r"\{[^}]+\}", "%F0%9F%98%80", path)
        response = await client.request(
            method, address, content=b"[1]", headers={**STAFF, "content-type": "application/json"}
        )
        seen.append((path, method, response.status_code))
        assert response.status_code < 400 or set(response.json()) == {"error"}, (path, method)
    assert {status for _, _, status in seen} >= {200, 404, 422}
    assert all(status != 500 for _, _, status in seen), seen


def _operations(house: House) -> list[tuple[str, str]]:
    paths = house.app.openapi()["paths"]
    return [(path, method.upper()) for path, methods in paths.items() for method in methods]


async def test_every_route_is_described_and_documents_the_error_shape(house: House) -> None:
    schema = house.app.openapi()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            failures = {status: answer for status, answer in operation["responses"].items() if status >= "4"}
            assert failures, where
            for status, answer in failures.items():
                reference = answer["content"]["application/json"]["schema"]["$ref"]
                assert reference.endswith("/ErrorBody"), f"{where} {status}"


async def test_a_failure_nobody_expected_is_logged_once_and_tells_nothing(
    house: House, client: httpx.AsyncClient
) -> None:
    house.answerer.failures.append(RuntimeError("the password is 12345"))

    with capture_logs() as logs:
        response = await say(client)

    assert response.status_code == 500
    assert response.json() == {
        "error": {"code": "server", "message": LocaleFiles().say("error.server", "en")}
    }
    assert [entry["event"] for entry in logs] == ["request_failed"]
    assert logs[0]["path"] == "/webhooks/rest/webhook"
    assert "12345" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_errors_are_counted_by_code(house: House, client: httpx.AsyncClient) -> None:
    await client.get("/nope")
    await client.get("/nope")
    assert house.metrics.registry.get_sample_value("storecast_errors_total", {"code": "not_found"}) == 2


@pytest.mark.parametrize("code", sorted(FAULTS))
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_fault_has_a_sentence(code: str, language: str) -> None:
    errors = Errors(LocaleFiles(), Languages(["en", "de"], lambda: "en"), Metrics())
    fields = {name for _, name, _, _ in Formatter().parse(FAULTS[code].text) if name}

    body = errors.body(ApiError(code, values={"max": 4000, **dict.fromkeys(fields, "?")}), language)

    assert body["message"]
    assert "{" not in body["message"]


def test_every_fault_is_used_and_every_code_is_a_fault() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in WEB.glob("*.py"))
    raised = set(re.findall(r'(?:ApiError|_refused)\(\s*"(\w+)"', source))
    assert raised <= set(FAULTS)
    unused = {code for code in FAULTS if source.count(f'"{code}"') < 2}
    assert unused == set()


def test_routes_are_plain_coroutines(house: House) -> None:
    blocking = [
        route.path for route in house.app.routes if isinstance(route, APIRoute) and not _is_coroutine(route)
    ]
    assert blocking == []


def _is_coroutine(route: APIRoute) -> bool:
    return inspect.iscoroutinefunction(route.endpoint)
