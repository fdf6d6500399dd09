"""Movies of one still picture, with an index that says what a test wants of them."""

from __future__ import annotations

import io

from PIL import Image

from storyboard.simulator.mp4_writer import RATE, write_movie


def movie(seconds: float, width: int = 1280, height: int = 720) -> bytes:
    """An MP4 file of so many seconds at 24 frames a second."""
    frame = io.BytesIO()
    Image.new("RGB", (16, 16), "teal").save(frame, "JPEG")
    return write_movie([(frame.getvalue(), round(seconds * RATE))], width, height)
