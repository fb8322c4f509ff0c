"""u-law tones: making them, and telling which one is heard. 8,000 samples a second, one channel, no numpy."""

import math
import struct
import wave
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

RATE = 8_000
FRAME = 160
FRAME_MS = 20
SILENCE = b"\xff" * FRAME
AUDIBLE = 300.0
MUSIC_LOWEST_HZ, MUSIC_STEP_HZ, MUSIC_STEPS, MUSIC_STEP_MS = 1_000, 10, 180, 500

_BIAS, _CLIP = 0x84, 32_635


def _encode_sample(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = max(magnitude.bit_length() - 8, 0)
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def _decode_byte(byte: int) -> int:
    flipped = ~byte & 0xFF
    magnitude = (((flipped & 0x0F) << 3) + _BIAS << (flipped >> 4 & 0x07)) - _BIAS
    return -magnitude if flipped & 0x80 else magnitude


_LINEAR = tuple(_decode_byte(byte) for byte in range(256))


def encode(samples: Iterable[int]) -> bytes:
    """Linear 16-bit samples to u-law (ITU-T G.711)."""
    return bytes(_encode_sample(sample) for sample in samples)


def decode(ulaw: bytes) -> list[int]:
    """U-law to linear 16-bit samples."""
    return [_LINEAR[byte] for byte in ulaw]


@lru_cache(maxsize=64)
def tone(hertz: int, ms: int = 1_000, amplitude: int = 8_000) -> bytes:
    """A sine in u-law; whole hertz and whole seconds join without a click."""
    step = 2 * math.pi * hertz / RATE
    return encode(round(amplitude * math.sin(step * at)) for at in range(RATE * ms // 1_000))


def music() -> bytes:
    """90 s of rising steps of half a second: 1,000 Hz, 1,010 Hz ... 2,790 Hz; the pitch tells the position."""
    pitches = (MUSIC_LOWEST_HZ + MUSIC_STEP_HZ * step for step in range(MUSIC_STEPS))
    return b"".join(tone(pitch, MUSIC_STEP_MS) for pitch in pitches)


def music_position_ms(samples: Sequence[int]) -> int | None:
    """Where in ``music`` these samples (200 ms are enough) were played from, to half a second; None: no music."""
    highest = MUSIC_LOWEST_HZ + MUSIC_STEP_HZ * (MUSIC_STEPS - 1)
    heard = dominant(samples, range(MUSIC_LOWEST_HZ, highest + 1, MUSIC_STEP_HZ))
    return None if heard is None else (heard - MUSIC_LOWEST_HZ) // MUSIC_STEP_HZ * MUSIC_STEP_MS


def loudness(samples: Sequence[int]) -> float:
    """Root mean square; speech and our tones are over AUDIBLE, comfort noise is below."""
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples)) if samples else 0.0


def share(samples: Sequence[int], hertz: int) -> float:
    """The share of the energy that lies at ``hertz`` (Goertzel), 0 to 1: 1.0 is a pure tone."""
    energy = sum(sample * sample for sample in samples)
    if not energy:
        return 0.0
    coefficient = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + coefficient * last - before, last
    power = last * last + before * before - coefficient * last * before
    return min(1.0, 2 * power / (len(samples) * energy))


def dominant(samples: Sequence[int], among: Iterable[int], at_least: float = 0.4) -> int | None:
    """Which of these pitches is heard: the strongest, when it is audible and holds ``at_least`` of the energy."""
    if loudness(samples) < AUDIBLE:
        return None
    strength, hertz = max((share(samples, hertz), hertz) for hertz in among)
    return hertz if strength >= at_least else None


def write_wav(path: Path, hertz: int, seconds: int = 10, rate: int = 48_000) -> Path:
    """A tone as a wav file, such as a browser takes for its microphone."""
    step = 2 * math.pi * hertz / rate
    second = b"".join(struct.pack("<h", round(12_000 * math.sin(step * at))) for at in range(rate))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(second * seconds)
    return path
