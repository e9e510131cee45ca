"""Models of sentence-transformers that are already on this machine; nothing is ever downloaded.

Shared by `encoder` and `reranker`. Importing this module loads neither torch nor transformers.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from knowledge.errors import EncoderMissing

__all__ = ["load_local"]


def load_local(kind: str, model: str, *, setting: str) -> Any:
    """Load a model onto the processor.

    Args:
        kind: class of sentence-transformers.
        model: id in the local Hugging Face cache, or a folder.
        setting: what names it in config.yml, for the message.

    Raises:
        EncoderMissing: the optional packages or the model are not there.
    """
    # Read by huggingface_hub when it is first imported, hence before the import below.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        import sentence_transformers
    except ImportError as error:
        raise EncoderMissing(
            f"{setting} {model!r} needs the optional packages: uv sync --extra models"
        ) from error
    try:
        return getattr(sentence_transformers, kind)(model, local_files_only=True, device="cpu")
    except (OSError, ValueError) as error:
        where = "is not a readable model folder" if Path(model).exists() else "is not on this machine"
        raise EncoderMissing(
            f"{setting} {model!r} {where}; download it beforehand, nothing is fetched at run time"
        ) from error
