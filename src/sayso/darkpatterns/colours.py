"""Colours as a browser computes them, and how far apart two of them are: WCAG 2.2 and APCA."""

from __future__ import annotations

import re

from sayso.facts.errors import Unfit

Colour = tuple[float, float, float, float]
"""Red, green, blue from 0 to 255, and how much covers, from 0 to 1."""


def colour(text: str) -> Colour:
    """Return the colour a computed style names, `rgb(...)` or `rgba(...)`; Unfit for any other spelling.

    >>> colour("rgba(255, 0, 0, 0.5)")
    (255.0, 0.0, 0.0, 0.5)
    """
    match = re.fullmatch(r"rgba?\(([^)]*)\)", text.strip())
    parts = re.findall(r"[\d.]+(?:e-?\d+)?", match[1]) if match else []
    if len(parts) not in (3, 4):
        raise Unfit(f"`{text[:40]}` is no computed colour we can read; have the collector turn it into rgb first")
    red, green, blue, *covers = map(float, parts)
    return red, green, blue, covers[0] if covers else 1.0


def over(top: Colour, below: Colour) -> Colour:
    """Return what is seen where *top* lies over an opaque *below*.

    >>> over((0, 0, 0, 0.5), (255, 255, 255, 1))
    (127.5, 127.5, 127.5, 1.0)
    """
    red, green, blue = (top[at] * top[3] + below[at] * (1 - top[3]) for at in range(3))
    return red, green, blue, 1.0


def luminance(seen: Colour) -> float:
    """Return the relative luminance of WCAG 2.2, from 0 to 1."""
    parts = [part / 255 for part in seen[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of WCAG 2.2, from 1 to 21; it is never rounded.

    >>> contrast((0, 0, 0, 1), (255, 255, 255, 1))
    21.0
    """
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def apca(text: Colour, behind: Colour) -> float:
    """Return the lightness contrast of APCA-W3 0.1.9 (0.0.98G-4g): positive for dark on light, about -108 to 106.

    >>> round(apca((0, 0, 0, 1), (255, 255, 255, 1)), 1), round(apca((255, 255, 255, 1), (0, 0, 0, 1)), 1)
    (106.0, -107.9)
    """
    ink, paper = _screen(text), _screen(behind)
    if abs(paper - ink) < 0.0005:
        return 0.0
    if paper > ink:
        score = (paper**0.56 - ink**0.57) * 1.14
        return 0.0 if score < 0.1 else (score - 0.027) * 100
    score = (paper**0.65 - ink**0.62) * 1.14
    return 0.0 if score > -0.1 else (score + 0.027) * 100


def _screen(seen: Colour) -> float:
    """Return the estimated screen luminance of APCA, with its soft clamp of near-blacks."""
    red, green, blue = (float((part / 255) ** 2.4) for part in seen[:3])
    light = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    return light if light >= 0.022 else light + float((0.022 - light) ** 1.414)
