"""The program that holds Piper: `python -m streaming.voices.piper_worker`, frames on stdin and stdout.

Started by `streaming.voices.piper`, in whatever environment Piper is installed in. Piper is under the GPL: it
lives here and the product never imports it. Must not import anything of ours but the frames.

A request is `{id, text, model, speed}`, its answer `{id, type: "spoken", rate, phonemes}` and the audio.
`phonemes`: [phoneme, sample] where the model tells them, a space between words; else empty.

Source: `piper/voice.py` of piper-tts 1.8.0.
"""

from __future__ import annotations

from typing import Any

from piper import PiperVoice, SynthesisConfig  # type: ignore[import-not-found]  # optional, GPL, only here

from streaming.voices.worker_loop import Refused, Speak, serve

__all__ = ["Piper"]


class Piper:
    """Voices by the path of their model, loaded when first asked for and kept."""

    def __init__(self) -> None:
        self._voices: dict[str, Any] = {}

    def speak(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Answer a request. Raises Refused for a model that can't be loaded."""
        voice = self._voice(str(request["model"]))
        config = SynthesisConfig(length_scale=1.0 / float(request["speed"]))
        audio, phonemes, rate, position = bytearray(), [], 0, 0
        for chunk in voice.synthesize(str(request["text"]), syn_config=config, include_alignments=True):
            rate = int(chunk.sample_rate)
            at = position
            for alignment in chunk.phoneme_alignments or ():
                phonemes.append((str(alignment.phoneme), at))
                at += int(alignment.num_samples)
            data = chunk.audio_int16_bytes
            audio += data
            position += len(data) // 2
        return {"rate": rate, "phonemes": phonemes}, bytes(audio)

    def _voice(self, model: str) -> Any:
        if model not in self._voices:
            try:
                # Without the package `onnx` Piper loads it all the same, and tells no alignments.
                self._voices[model] = PiperVoice.load(model, include_alignments=True)
            except (OSError, ValueError, RuntimeError) as error:
                raise Refused(f"model not loaded: {type(error).__name__}") from error
        return self._voices[model]


def _start() -> Speak:
    return Piper().speak


if __name__ == "__main__":
    serve(_start)
