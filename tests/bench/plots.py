#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/media/cost-*.svg, cost against size, from docs/performance.json. Both axes are logarithmic: a straight line that rises as
fast as the grid's diagonal is a cost in proportion to the size."""

import html
import json
import math
import pathlib
import re

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 40, 52
COLORS = ("#2f6fde", "#d9822b", "#23906b", "#b5488f")
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #8c959f; stroke-opacity: .35; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
"""


class Axis:
    """Powers of ten from below the lowest value to above the highest."""

    def __init__(self, values, begin, end):
        self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        if self.high == self.low:
            self.high += 1
        self.begin, self.end = begin, end

    def at(self, value):
        return round(self.begin + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.begin), 1)

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def label(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def apart(places, least=17):
    """Places of labels, moved so that none covers another."""
    moved, last = {}, -math.inf
    for name, place in sorted(places.items(), key=lambda item: item[1]):
        last = moved[name] = max(place, last + least)
    return moved


def svg(title, plot):
    """A value of 0 has no place on a logarithmic axis."""
    lines = {name: [(x, max(y, 1e-3)) for x, y in points] for name, points in plot["lines"].items()}
    points = [point for line in lines.values() for point in line]
    across = Axis([x for x, _ in points], LEFT, WIDTH - RIGHT)
    up = Axis([y for _, y in points], HEIGHT - BOTTOM, TOP)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="20">{html.escape(title)}: {html.escape(plot["y"])}</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{html.escape(plot["x"])}</text>',
    ]
    for value in across.ticks():
        x = across.at(value)
        out.append(f'<path class="grid" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>')
        out.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{label(value)}</text>')
    for value in up.ticks():
        y = up.at(value)
        out.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{label(value)}</text>')
    names = apart({name: up.at(line[-1][1]) for name, line in lines.items()})
    for color, (name, line) in zip(COLORS, lines.items()):
        path = "L".join(f"{across.at(x)} {up.at(y)}" for x, y in line)
        out.append(f'<path class="line" stroke="{color}" d="M{path}"/>')
        out += [f'<circle cx="{across.at(x)}" cy="{up.at(y)}" r="3" fill="{color}"/>' for x, y in line]
        end = across.at(line[-1][0])
        out.append(f'<text x="{end + 10}" y="{names[name] + 4:.1f}"><tspan fill="{color}">● </tspan>{html.escape(name)}</text>')
    return "\n".join([*out, "</svg>", ""])


def draw(plots, directory):
    for title, plot in plots.items():
        file = directory / "media" / f"cost-{re.sub('[^a-z]+', '-', title.lower())}.svg"
        file.parent.mkdir(exist_ok=True)
        file.write_text(svg(title, plot))


if __name__ == "__main__":
    docs = pathlib.Path(__file__).resolve().parent.parent.parent / "docs"
    draw(json.loads((docs / "performance.json").read_text())["plots"], docs)
