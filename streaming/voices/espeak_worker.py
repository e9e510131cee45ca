"""The program that holds espeak-ng: `python -m streaming.voices.espeak_worker`, frames on stdin and stdout.

Started by `streaming.voices.espeak`. espeak-ng is under the GPL and keeps global state: it lives here, in a
process of its own, and the product never loads it. Must not import anything of ours but the frames.

A request is `{id, ssml, voice, rate, pitch}`, its answer `{id, type: "spoken", rate, words, phonemes, marks}`
and the audio. Times are samples. `words`: [place in the SSML in characters from 0, sample]; `phonemes`: [IPA,
sample]; `marks`: [name, sample].

Source: `speak_lib.h` of espeak-ng 1.52; positions and units checked with the library of espeakng-loader.
"""

from __future__ import annotations

import ctypes
from typing import Any

import espeakng_loader  # type: ignore[import-untyped]  # publishes no types

from streaming.voices.worker_loop import Refused, Speak, serve

__all__ = ["Espeak"]

_SYNCHRONOUS = 2
_PHONEME_EVENTS, _IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_UTF8, _SSML = 1, 0x10
_RATE_PARAMETER, _VOLUME_PARAMETER, _PITCH_PARAMETER = 1, 2, 3
_END, _WORD, _MARK, _PHONEME = 0, 1, 3, 7
# Louder than the library's 100 clips some vowels; loudness is set afterwards.
_VOLUME = 90


class _Payload(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("payload", _Payload),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Espeak:
    """The library, opened. One a process.

    Raises:
        OSError: the library or its data can't be loaded.
    """

    def __init__(self) -> None:
        self._library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        data = str(espeakng_loader.get_data_path()).encode()
        options = _PHONEME_EVENTS | _IPA | _DONT_EXIT
        self.rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, options))
        if self.rate <= 0:
            raise OSError("espeak-ng could not read its data")
        self._audio = bytearray()
        self._words: list[tuple[int, int]] = []
        self._phonemes: list[tuple[str, int]] = []
        self._marks: list[tuple[str, int]] = []
        # Kept: ctypes does not hold on to it.
        self._callback = _Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_SetParameter(_VOLUME_PARAMETER, _VOLUME, 0)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._audio += ctypes.string_at(samples, count * 2)
        index = 0
        while (event := events[index]).type != _END:
            if event.type == _WORD:
                self._words.append((event.text_position - 1, event.sample))
            elif event.type == _PHONEME:
                ipa = bytes(event.payload.string).split(b"\0")[0].decode("utf-8", "ignore")
                self._phonemes.append((ipa, event.sample))
            elif event.type == _MARK:
                self._marks.append(((event.payload.name or b"").decode("ascii", "ignore"), event.sample))
            index += 1
        return 0

    def speak(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Answer a request. Raises Refused for a voice that there is not."""
        for collected in (self._audio, self._words, self._phonemes, self._marks):
            collected.clear()
        if self._library.espeak_SetVoiceByName(str(request["voice"]).encode()) != 0:
            raise Refused("unknown voice")
        self._library.espeak_SetParameter(_RATE_PARAMETER, int(request["rate"]), 0)
        self._library.espeak_SetParameter(_PITCH_PARAMETER, int(request["pitch"]), 0)
        text = str(request["ssml"]).replace("\0", " ").encode("utf-8", "replace") + b"\0"
        if self._library.espeak_Synth(text, len(text), 0, 1, 0, _UTF8 | _SSML, None, None) != 0:
            raise Refused("not synthesised")
        reply = {"rate": self.rate, "words": self._words, "phonemes": self._phonemes, "marks": self._marks}
        return reply, bytes(self._audio)


def _start() -> Speak:
    return Espeak().speak


if __name__ == "__main__":
    serve(_start)
