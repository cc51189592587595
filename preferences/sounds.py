"""Generates the sound files: `python -m preferences.sounds`. The sounds are original work made from sine waves."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "preferences" / "sounds"
RATE = 16_000
PEAK = 0.6
# Overtones: the multiple of the base frequency, and the relative loudness.
PURE = ((1.0, 1.0),)
BELL = ((1.0, 1.0), (2.0, 0.5), (2.76, 0.35), (5.4, 0.12))
WOOD = ((1.0, 1.0), (3.9, 0.3), (9.2, 0.1))


@dataclass(frozen=True, slots=True)
class Tone:
    """One tone: its start and fade time (seconds), and its frequency at the start and the end (hertz)."""

    at: float
    frequency: float
    fade: float
    to: float = 0.0
    overtones: Sequence[tuple[float, float]] = BELL


SOUNDS: dict[str, tuple[float, tuple[Tone, ...]]] = {
    "beep": (0.25, (Tone(0, 880, 0.12, overtones=PURE),)),
    "chelle": (0.8, (Tone(0, 659, 0.25), Tone(0.14, 523, 0.3))),
    "chime": (1.0, (Tone(0, 784, 0.3), Tone(0.12, 1047, 0.35))),
    "ding": (0.8, (Tone(0, 1319, 0.28),)),
    "door": (0.6, (Tone(0, 190, 0.06, overtones=WOOD), Tone(0.2, 160, 0.07, overtones=WOOD))),
    "droplet": (0.4, (Tone(0, 600, 0.08, 1400, PURE), Tone(0.14, 800, 0.07, 1700, PURE))),
    "highbell": (0.9, (Tone(0, 2093, 0.3),)),
    "seasons": (1.2, (Tone(0, 523, 0.3), Tone(0.13, 659, 0.3), Tone(0.26, 784, 0.35), Tone(0.39, 1047, 0.35))),
}


def value_at(tone: Tone, seconds: float) -> float:
    """Return a tone's amplitude at a time in seconds; 0 before the tone starts."""
    since = seconds - tone.at
    if since < 0:
        return 0.0
    glide = (tone.to - tone.frequency) / (2 * tone.fade) if tone.to else 0.0
    cycles = (
        tone.frequency * since
        + glide * min(since, tone.fade) ** 2
        + max(0.0, since - tone.fade) * (tone.to - tone.frequency if tone.to else 0.0)
    )
    # A rise of a few milliseconds prevents a click at the start.
    loudness = math.exp(-since / tone.fade) * min(1.0, since / 0.004)
    return loudness * sum(share * math.sin(2 * math.pi * cycles * times) for times, share in tone.overtones)


def sound_write(name: str) -> None:
    """Write one sound's file."""
    length, tones = SOUNDS[name]
    values = [sum(value_at(tone, index / RATE) for tone in tones) for index in range(int(length * RATE))]
    scale = PEAK * 32_767 / max(map(abs, values))
    with wave.open(str(FOLDER / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", round(value * scale)) for value in values))


if __name__ == "__main__":
    for sound in SOUNDS:
        sound_write(sound)
