"""Where the sensors go, as drawings seen from behind; ours alone, and of lines only."""

from typing import Final

from recordings.model import Side, opposite

_HEAD: Final = (
    '<svg viewBox="0 0 240 170" role="img" aria-label="{label}" class="placement" '
    'xmlns="http://www.w3.org/2000/svg"><g{mirror} fill="none" stroke="#444" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round">{lines}</g>{words}</svg>'
)
#: Neck, shoulders and upper arms; the sensor is on the right.
_BACK: Final = (
    '<path d="M100 8 C100 34 98 44 84 52 C66 60 44 62 32 74 C22 86 20 120 18 162"/>'
    '<path d="M140 8 C140 34 142 44 156 52 C174 60 196 62 208 74 C218 86 220 120 222 162"/>'
    '<path d="M50 162 C54 130 52 112 46 98 M190 162 C186 130 188 112 194 98"/>'
    '<path d="M120 62 V160" stroke-dasharray="1 7"/>'
    '<path d="M120 56 L205 76" stroke-dasharray="5 5" stroke="#777"/>'
    '<circle cx="120" cy="56" r="4.5" fill="#444"/><circle cx="205" cy="76" r="4.5" fill="#444"/>'
)
_UPPER: Final = (
    '<g transform="rotate(13.2 172 68)"><circle cx="162" cy="68" r="7" fill="#c45a00" stroke="#222"/>'
    '<circle cx="182" cy="68" r="7" fill="#c45a00" stroke="#222"/></g>'
)
#: Waist, hips and thighs; the sensor is on the right.
_HIPS: Final = (
    '<path d="M66 6 C60 34 40 52 36 88 C34 116 44 140 48 164"/>'
    '<path d="M174 6 C180 34 200 52 204 88 C206 116 196 140 192 164"/>'
    '<path d="M120 44 V112 M120 112 C104 128 76 128 60 116 M120 112 C136 128 164 128 180 116"/>'
    '<path d="M114 164 C117 150 118 138 118 124 M126 164 C123 150 122 138 122 124"/>'
    '<path d="M124 48 L198 96" stroke-dasharray="5 5" stroke="#777"/>'
    '<circle cx="124" cy="48" r="4.5" fill="#444"/><circle cx="198" cy="96" r="4.5" fill="#444"/>'
)
_LOWER: Final = (
    '<g transform="rotate(52 161 72)"><circle cx="151" cy="72" r="7" fill="#12306b" stroke="#222"/>'
    '<circle cx="171" cy="72" r="7" fill="#12306b" stroke="#222"/></g>'
)


def glute_drawing(leg: Side) -> str:
    """Draw the sensor on the glute of the leg."""
    label = f"Two electrodes on the {leg} glute, halfway between sacrum and the side of the hip"
    words = _word(124, 38, "sacrum", leg) + _word(184, 112, "hip", leg)
    return _drawn(_HIPS + _LOWER, words, side=leg, label=label)


def shoulder_drawing(leg: Side) -> str:
    """Draw the sensor on the shoulder opposite to the leg."""
    side = opposite(leg)
    label = f"Two electrodes on the {side} shoulder, between the neck and the tip of the shoulder"
    words = _word(98, 70, "neck", side) + _word(205, 98, "tip", side)
    return _drawn(_BACK + _UPPER, words, side=side, label=label)


def _drawn(lines: str, words: str, *, side: Side, label: str) -> str:
    # seen from behind, the person's right is on the right
    mirror = "" if side == "right" else ' transform="translate(240 0) scale(-1 1)"'
    return _HEAD.format(label=label, mirror=mirror, lines=lines, words=words)


def _word(x: float, y: float, word: str, side: Side) -> str:
    x = x if side == "right" else 240 - x
    return f'<text x="{x:g}" y="{y:g}" font-size="12" fill="#333" text-anchor="middle">{word}</text>'
