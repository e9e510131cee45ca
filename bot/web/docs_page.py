"""`/docs`: the OpenAPI description as a plain page.

The usual viewers load scripts from other servers or need inline scripts; this page has no script at all,
so it works offline and under our content security policy. The machine-readable form is `/openapi.json`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any

__all__ = ["docs_page", "docs_policy"]

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 0.5rem; }
summary { cursor: pointer; padding: 0.4rem 0; }
section { border-top: 1px solid #8884; margin-top: 1.5rem; }
b.method { display: inline-block; min-width: 4.5rem; font: 600 0.875rem ui-monospace, monospace; }
b.method { color: #0b6b74; }
@media (prefers-color-scheme: dark) { b.method { color: #5cc4cf; } }
table { border-collapse: collapse; } td { padding: 0.15rem 1rem 0.15rem 0; vertical-align: top; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def docs_policy() -> str:
    """The content security policy of the page: its own style, nothing else."""
    return f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'self'"


def docs_page(schema: dict[str, Any]) -> str:
    """The page.

    Args:
        schema: OpenAPI 3.1, as FastAPI makes it.

    Returns:
        A whole HTML document.
    """
    sections: dict[str, list[str]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            tag = operation.get("tags", ["Other"])[0]
            sections.setdefault(tag, []).append(_operation(method, path, operation))
    body = "".join(
        f"<section><h2>{escape(tag)}</h2>{''.join(parts)}</section>" for tag, parts in sections.items()
    )
    shapes = "".join(
        _shape(name, shape) for name, shape in schema.get("components", {}).get("schemas", {}).items()
    )
    info = schema["info"]
    title = escape(f"{info['title']} {info['version']}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>{escape(info.get('description', ''))}</p>"
        f'<p><a href="/openapi.json">openapi.json</a></p>{body}'
        f"<section><h2>Schemas</h2>{shapes}</section></body></html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    fields = "".join(_parameter(parameter) for parameter in operation.get("parameters", []))
    answers = "".join(
        f"<tr><td><code>{escape(status)}</code></td>"
        f"<td>{escape(answer.get('description', ''))} {_content(answer)}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    sent = _content(operation.get("requestBody", {}))
    return (
        f'<details><summary><b class="method">{method.upper()}</b><code>{escape(path)}</code> '
        f"{escape(operation.get('summary', ''))}</summary><p>{escape(operation.get('description', ''))}</p>"
        f"{f'<p>Body: {sent}</p>' if sent else ''}<table>{fields}</table><table>{answers}</table></details>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    place = parameter["in"] + (", required" if parameter.get("required") else "")
    note = parameter.get("description", "")
    name = f"<code>{escape(parameter['name'])}</code>"
    return f"<tr><td>{name}</td><td>{escape(place)}</td><td>{escape(note)}</td></tr>"


def _content(part: dict[str, Any]) -> str:
    kinds = [content.get("schema", {}) for content in part.get("content", {}).values()]
    return ", ".join(filter(None, map(_name, kinds)))


def _name(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if schema.get("type") == "array":
        return f"list of {_name(schema.get('items', {}))}"
    return escape(str(schema.get("type", "")))


def _shape(name: str, schema: dict[str, Any]) -> str:
    text = json.dumps(schema, indent=2, ensure_ascii=False)
    title = f"<summary><code>{escape(name)}</code></summary>"
    return f'<details id="{escape(name)}">{title}<pre>{escape(text)}</pre></details>'
