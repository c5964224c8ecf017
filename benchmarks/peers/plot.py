"""Draws rates of all systems as dots on a logarithmic scale, in SVG that suits a light page and a dark one."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

from benchmarks.peers.summary import Summary

#: By figure: its name and a colour that shows on white and on black.
SERIES = {
    "sequential": ("sequential submit", "#8a8f98"),
    "bulk": ("bulk submit", "#2f8fe0"),
    "drain": ("drain, one worker process", "#e0662f"),
}
ROW, LEFT, WIDTH, TOP = 24, 150, 640, 60
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d0d7de}.own{font-weight:700}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}}"
)


def svg(summary: Summary) -> str:
    """Return the plot: a row a system, the fastest drain first."""
    dots = {peer.name: _values(summary, peer.name) for peer in summary.peers()}
    names = sorted((name for name in dots if dots[name]), key=lambda name: -dots[name].get("drain", 0))
    values = [value for name in names for value in dots[name].values()] or [1.0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    bottom = TOP + ROW * len(names)
    parts = [_decade(power, low, high, bottom) for power in range(low, high + 1)]
    parts += [_row(name, TOP + ROW * (index + 0.5), dots[name], low, high) for index, name in enumerate(names)]
    width, height = LEFT + WIDTH + 40, bottom + 40
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">'
        f"<title>Jobs per second, logarithmic scale</title><style>{STYLE}</style>\n{_legend()}\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _values(summary: Summary, peer: str) -> dict[str, float]:
    found = {figure: summary.value(peer, figure) for figure in SERIES}
    return {figure: value for figure, value in found.items() if value is not None and value > 0}


def _x(value: float, low: int, high: int) -> float:
    return LEFT + WIDTH * (math.log10(value) - low) / (high - low)


def _decade(power: int, low: int, high: int, bottom: int) -> str:
    x = _x(10**power, low, high)
    return (
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}"/>'
        f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{10**power:,}/s</text>'
    )


def _row(name: str, y: float, values: dict[str, float], low: int, high: int) -> str:
    own = ' class="own"' if name.startswith("ferryman") else ""
    label = f'<text{own} x="{LEFT - 12}" y="{y + 4:.1f}" text-anchor="end">{escape(name)}</text>'
    line = f'<line class="grid" x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke-dasharray="1 4"/>'
    dots = [
        f'<circle cx="{_x(value, low, high):.1f}" cy="{y:.1f}" r="5.5" fill="{SERIES[figure][1]}">'
        f"<title>{escape(name)}, {SERIES[figure][0]}: {value:,.0f} jobs/s</title></circle>"
        for figure, value in values.items()
    ]
    return label + line + "".join(dots)


def _legend() -> str:
    parts = []
    for index, (name, colour) in enumerate(SERIES.values()):
        x = LEFT + index * 190
        parts.append(f'<circle cx="{x}" cy="26" r="5.5" fill="{colour}"/><text x="{x + 12}" y="30">{name}</text>')
    return "".join(parts)
