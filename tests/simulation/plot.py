"""Lines over time as an SVG, the same bytes each time. Some lines of our own: a library for it weighs more than all the
rest that the tests need."""

from collections.abc import Sequence
from typing import Final, NamedTuple

_WIDTH: Final = 800
_HEIGHT: Final = 130
_LEFT: Final = 60
_GAP: Final = 42
_TOP: Final = 40


class Panel(NamedTuple):
    title: str
    x: Sequence[float]
    y: Sequence[float]


def draw(title: str, x_label: str, shaded: tuple[float, float], panels: Sequence[Panel]) -> str:
    """The panels under each other, on one axis of time. `shaded` is a span of it."""
    end = max(max(panel.x) for panel in panels)
    height = _TOP + len(panels) * (_HEIGHT + _GAP) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif"',
        f'font-size="12" fill="#334155" role="img"><title>{title}</title>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="18" font-size="14" font-weight="bold">{title}</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _TOP + number * (_HEIGHT + _GAP), end, shaded)
    parts.append(f'<text x="{_WIDTH - 20}" y="{height - 6}" text-anchor="end">{x_label}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, top: float, end: float, shaded: tuple[float, float]) -> list[str]:
    most = max(*panel.y, 1)
    wide, bottom = _WIDTH - _LEFT - 20, top + _HEIGHT

    def x(value: float) -> str:
        return f"{_LEFT + value / end * wide:.1f}"

    def y(value: float) -> str:
        return f"{bottom - value / most * (_HEIGHT - 24):.1f}"

    start, until = shaded
    shade = (until - start) / end * wide
    points = " ".join(f"{x(at)},{y(value)}" for at, value in zip(panel.x, panel.y, strict=True))
    days = [
        f'<text x="{x(day)}" y="{bottom + 15}" text-anchor="middle">{day}</text>' for day in range(0, int(end) + 1, 2)
    ]
    return [
        f'<rect x="{x(start)}" y="{top}" width="{shade:.1f}" height="{_HEIGHT}" fill="#fee2e2"/>',
        f'<text x="{_LEFT}" y="{top + 14}" font-weight="bold">{panel.title}</text>',
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{_WIDTH - 20}" y2="{bottom}" stroke="#94a3b8"/>',
        f'<text x="{_LEFT - 8}" y="{y(most)}" text-anchor="end" dominant-baseline="middle">{most:,.0f}</text>',
        f'<text x="{_LEFT - 8}" y="{bottom}" text-anchor="end" dominant-baseline="middle">0</text>',
        f'<polyline points="{points}" fill="none" stroke="#c2410c" stroke-width="1.5"/>',
        *days,
    ]
