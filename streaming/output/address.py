"""Where the stream goes, and the key that lets it in.

Made by `streaming.output.pushing` and by the command line; read by the encoder. Knows no socket and no
process. The key must never be printed, logged or put on a command line: `Address` hides it from `repr`, hands
it out by one name, and `scrub` takes it out of what other programs say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

__all__ = ["KEY_VARIABLE", "Address", "PushError"]

KEY_VARIABLE = "STORECAST_STREAM_KEY"
# ffmpeg reads presets in lines of 1,000 bytes (fftools/ffmpeg_opt.c, opt_preset).
_LONGEST_KEY = 900
_PORTS = {"rtmp": 1935, "rtmps": 443}


class PushError(Exception):
    """The stream can't be started; the message says what to do, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Address:
    """An RTMP application and the key in it.

    Attributes:
        scheme: `rtmp` or `rtmps`.
        host: name or address; IPv6 without brackets.
        port: of the server.
        app: name of the application, may contain `/`; not secret.
        key: stream key, ASCII; empty where a server wants none.
    """

    scheme: str
    host: str
    port: int
    app: str
    key: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str, key: str = "") -> Address:
        """Take an address as a platform shows it.

        Args:
            url: `rtmp://host[:port]/app` or `rtmps://…`. Without `key` the last part of a path of two or
                more is taken for the key.
            key: stream key.

        Raises:
            PushError: not such an address, or a key that no server could have given out.
        """
        # The path may be the secret: no message repeats the address.
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            raise PushError("The stream address can't be read; it looks like rtmp://host/app") from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise PushError("The stream address must begin with rtmp:// or rtmps:// and name a host")
        if parts.username or parts.password:
            raise PushError(f"No user or password belongs into the stream address; set {KEY_VARIABLE}")
        app, key = _split(parts.path, parts.query, key.strip())
        _check(app, key)
        return cls(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], app, key)

    @property
    def url(self) -> str:
        """The address without the key; may stand on a command line and in a log."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/{self.app}"

    def scrub(self, text: str) -> str:
        """The text with the key, plain or percent-encoded, taken out."""
        forms = {self.key, unquote(self.key), self.key.partition("?")[0]} - {""}
        # The longest first, or what is left of it would stay.
        for secret in sorted(forms, key=len, reverse=True):
            text = text.replace(secret, "…")
        return text


def _split(path: str, query: str, key: str) -> tuple[str, str]:
    app = path.strip("/")
    if not key and "/" in app:
        app, _, key = app.rpartition("/")
    elif query and key:
        raise PushError("The stream address has a question mark: what follows it belongs to the key")
    if query:
        key = f"{key}?{query}"
    return app, key


def _check(app: str, key: str) -> None:
    if not app:
        raise PushError("The stream address names no application; it looks like rtmp://host/app")
    if not (app + key).isascii() or any(not letter.isprintable() or letter == " " for letter in app + key):
        raise PushError(f"The stream key ({KEY_VARIABLE}) or address has letters that no platform gives out")
    if len(key) > _LONGEST_KEY:
        raise PushError(f"The stream key ({KEY_VARIABLE}) is longer than {_LONGEST_KEY} letters")
