"""Built pages and scripts, served from the folders that the web build leaves behind.

Used for the widget, the demo storefront and product pictures. A folder that was not built answers 503 and
says what to do.
"""

from __future__ import annotations

from os import PathLike, stat_result
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from bot.web.errors import ApiError

__all__ = ["ANY_PAGE", "BRIEF", "REVALIDATE", "BuiltFiles"]

# The names carry no hash, so browsers must ask again; an ETag makes that cheap.
REVALIDATE = "no-cache"
# On other people's pages a few minutes of an old script do less harm than a request for each visit.
BRIEF = "public, max-age=300, stale-while-revalidate=86400"
# Scripts and strings of the widget hold nothing personal and are used by the shop's own pages.
ANY_PAGE = {"Access-Control-Allow-Origin": "*"}


class BuiltFiles(StaticFiles):
    """The files of a folder, with cache headers.

    Args:
        folder: need not exist yet.
        cache: the `Cache-Control` of every file.
        headers: further headers of every file.
        built: files come from the web build, so a missing folder is a missing build.
    """

    def __init__(
        self, folder: Path, *, cache: str, headers: dict[str, str] | None = None, built: bool = True
    ) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._folder = folder
        self._headers = {"Cache-Control": cache, **(headers or {})}
        self._built = built

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file; a WebSocket has nothing to look for here."""
        if scope["type"] != "http":
            raise HTTPException(404)
        await super().__call__(scope, receive, send)

    async def check_config(self) -> None:
        """The folder may be built while we run; a missing one is told where files are looked up."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, 404 when there is none; 503 when nothing was built."""
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code == 404 and self._built and not self._folder.is_dir():
                raise ApiError("not_built") from error
            raise

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file with our headers, also on a 304."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(self._headers)
        return response
