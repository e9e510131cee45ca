"""Errors of the outside world. Imports nothing of ours.

ConnectorError
 ├── NotConfigured      a setting or secret is missing
 └── (everything else)  told apart by `category`
"""

from __future__ import annotations

from typing import Literal

__all__ = ["Category", "ConnectorError", "NotConfigured"]

Category = Literal["auth", "not_found", "conflict", "rate_limit", "unavailable", "invalid", "configuration"]


class ConnectorError(Exception):
    """A platform refused or failed.

    Args:
        category: what kind of failure; `unavailable` and `rate_limit` may be retried.
        detail: for logs; no secrets, no personal data.
        retry_after_s: how long the platform asks to wait, else None.
    """

    def __init__(self, category: Category, detail: str = "", *, retry_after_s: float | None = None) -> None:
        """Keep the category for callers and the detail for logs."""
        super().__init__(f"{category}: {detail}" if detail else category)
        self.category = category
        self.detail = detail
        self.retry_after_s = retry_after_s


class NotConfigured(ConnectorError):
    """A setting or secret that the platform needs is missing; `detail` names it."""

    def __init__(self, detail: str) -> None:
        """Name the missing setting."""
        super().__init__("configuration", detail)
