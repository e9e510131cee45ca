"""Bodies of the requests to live rooms: shapes and sizes checked, texts made clean, as the room takes them.

Used by `bot.web.live`. What a text says (spam, abuse, personal data) is judged by the room.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.web.errors import ApiError
from bot.web.texts import clean_id, clean_line, clean_text
from streaming.cues import Comment, ControlKind, Social, SocialKind

__all__ = ["CommentIn", "CommentsIn", "ControlIn", "SocialEventIn", "SocialIn"]

# Twice what the platforms let viewers write.
_COMMENT_CHARS = 1000
_NAME_CHARS = 100
_WHAT_CHARS = 100
_MOST_AT_ONCE = 100
_MOST_COUNT = 1_000_000
_OLDEST = timedelta(days=1)
_Id = Annotated[str, Field(max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CommentIn(_Body):
    """A comment."""

    id: _Id = Field(description="Unique among the comments handed over; the same id is the same comment.")
    viewer_id: _Id = Field(description="Of the platform; opaque.")
    viewer_name: str = Field(default="", max_length=_NAME_CHARS, description="As the platform shows it.")
    text: str = Field(max_length=_COMMENT_CHARS)
    at: AwareDatetime | None = Field(default=None, description="When it was written; now when left out.")
    can_reply: bool = Field(default=False, description="Whether whoever hands it over can carry a reply.")

    def comment(self, now: datetime) -> Comment | None:
        """As the room takes it, None when there is no text in it (a sticker); raises ApiError."""
        try:
            text = clean_text(self.text, max_chars=_COMMENT_CHARS, field="text")
        except ApiError as error:
            if error.code == "message_empty":
                return None
            raise
        return Comment(
            id=clean_id(self.id, field="id"),
            source="rest",
            viewer_id=clean_id(self.viewer_id, field="viewer_id"),
            viewer_name=_name(self.viewer_name),
            text=text,
            at=_past(self.at, now),
            can_reply=self.can_reply,
        )


class CommentsIn(_Body):
    """Comments, the oldest first. When one of them is not valid none is taken."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "comments": [
                    {"id": "c-1", "viewer_id": "v-7", "viewer_name": "Ana", "text": "Is it waterproof?"}
                ]
            }
        }
    )

    comments: list[CommentIn] = Field(min_length=1, max_length=_MOST_AT_ONCE)


class SocialEventIn(_Body):
    """Something a viewer did besides writing."""

    kind: SocialKind
    viewer_id: _Id
    viewer_name: str = Field(default="", max_length=_NAME_CHARS)
    at: AwareDatetime | None = None
    count: int = Field(default=1, ge=1, le=_MOST_COUNT, description="Of gifts or likes.")
    what: str = Field(default="", max_length=_WHAT_CHARS, description="Name of the gift.")

    def social(self, now: datetime) -> Social:
        """As the room takes it; raises ApiError."""
        return Social(
            kind=self.kind,
            viewer_id=clean_id(self.viewer_id, field="viewer_id"),
            viewer_name=_name(self.viewer_name),
            at=_past(self.at, now),
            count=self.count,
            what=clean_line(self.what, field="what", max_chars=_WHAT_CHARS) if self.what.strip() else "",
        )


class SocialIn(_Body):
    """Events, the oldest first. When one of them is not valid none is taken."""

    events: list[SocialEventIn] = Field(min_length=1, max_length=_MOST_AT_ONCE)


class ControlIn(_Body):
    """What staff want."""

    kind: ControlKind
    text: str | None = Field(default=None, description="To `say`, or to `answer` a question with.")
    language: str | None = Field(default=None, max_length=35, description="Of the text; the room's if none.")
    question_id: _Id | None = Field(default=None, description="To `answer` or `dismiss`.")
    urgent: bool = Field(default=False, description="`say` cuts into what is being spoken.")
    by: str | None = Field(default=None, max_length=_NAME_CHARS, description="Who, for the record.")


def _name(shown: str) -> str:
    return clean_line(shown, field="viewer_name", max_chars=_NAME_CHARS) if shown.strip() else ""


def _past(at: datetime | None, now: datetime) -> datetime:
    """Not later than now, whatever a clock elsewhere says, and not so old that it can't be reckoned with."""
    return now if at is None else max(now - _OLDEST, min(at, now)).astimezone(UTC)
