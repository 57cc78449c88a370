"""What do colours and numbers look like? Every colour of a figure and every number format, by unit.

The colours of the pages' own widgets are in .streamlit/config.toml; no other file names a colour. Holds no
Streamlit call and no data.
"""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import plotly.graph_objects as go

SEVERITY: Final = {"informational": "#7A8B99", "standard": "#2F6DB5", "critical": "#C2410C"}
SEVERITY_DARK: Final = {"informational": "#9AA8B4", "standard": "#6FA3E0", "critical": "#F07B3F"}
GREY: Final = {"light": "#A9B4BE", "dark": "#5F6C78"}
ACCENT: Final = {"light": "#2F6DB5", "dark": "#7FB0EA"}
ARRIVED: Final = {"light": "#C26A00", "dark": "#E69F00"}
RESOLVED: Final = {"light": "#0072B2", "dark": "#56B4E9"}
WAITING: Final = ("#FDE9D9", "#F9CBA7", "#EF9F6B", "#D9702F", "#AD4A16", "#7C2D12")
#: how often, few to many: counts are not waiting, so they have a hue of their own
FREQUENT: Final = ("#E8F0F8", "#C9DDF0", "#9FC2E4", "#6C9FD3", "#2F6DB5", "#1B4377")
#: how long work itself takes, short to long: neither waiting nor a count
SERVICE: Final = ("#E0F2EC", "#B8E0D2", "#83C8AE", "#4BA688", "#1E7559", "#0C4635")
#: which of two has more, the second (blue) or the first (orange), nothing beyond chance between: blue and orange are told
#: apart by all kinds of colour-blind eyes; the strongest stands out most from the ground of its mode
DIFFERENT: Final = {
    "light": ("#1B4377", "#6C9FD3", "#C9DDF0", "#E4E9ED", "#FBD9B5", "#E8913A", "#8F4108"),
    "dark": ("#A9D2FF", "#5E97D6", "#2C5078", "#2B343D", "#6E4520", "#D5842F", "#FFC587"),
}
#: badges in tables carry white text, in both modes: each at least 4.5:1 against it
BADGE_SEVERITY: Final = {"informational": "#5F6E7B", "standard": "#2F6DB5", "critical": "#C2410C"}
#: past SLA, in time, unknown
BADGE_SLA: Final = ("#B91C1C", "#15803D", "#5F6E7B")
#: text on the dark end of WAITING, in both modes
ON_DARK: Final = "#FFFFFF"
#: text on the lighter colours of WAITING and FREQUENT, in both modes
ON_LIGHT: Final = "#12171C"
BADGE_QUIET: Final = "#5F6E7B"
INK: Final = {"light": "#1F2933", "dark": "#E6EBF0"}
QUIET: Final = {"light": "#5B6875", "dark": "#A3B0BC"}
LINE: Final = {"light": "#E4E9ED", "dark": "#2B343D"}
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
NO_VALUE: Final = "–"


def template(mode: str) -> go.layout.Template:
    """The Plotly template of one mode, "light" or "dark": quiet grid, no box, our words' font."""
    axis = {
        "gridcolor": LINE[mode],
        "linecolor": LINE[mode],
        "zeroline": False,
        "tickfont": {"color": QUIET[mode], "size": 12},
        "title": {"font": {"color": QUIET[mode], "size": 12}},
        "automargin": True,
    }
    layout = go.Layout(
        font={"family": FONT, "color": INK[mode], "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        xaxis=axis,
        yaxis=axis,
        separators=".,",
        showlegend=False,
        hoverlabel={"font": {"family": FONT, "size": 13}, "align": "left"},
        bargap=0.35,
        dragmode=False,
    )
    return go.layout.Template(layout=layout)


def severity(mode: str) -> dict[str, str]:
    """Severity → colour in one mode."""
    return SEVERITY if mode == "light" else SEVERITY_DARK


def ink_on(colour: str) -> str:
    """The text colour that can be read on a filled shape: the better of dark and white, at least 4.5:1."""
    ground, dark = _luminance(colour), _luminance(ON_LIGHT)
    on_dark, on_white = (ground + 0.05) / (dark + 0.05), 1.05 / (ground + 0.05)
    return ON_LIGHT if on_dark >= on_white else ON_DARK


def _luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def count(value: float | None) -> str:
    """A whole number with thousands separators."""
    return NO_VALUE if value is None or pd.isna(value) else f"{int(value):,}"


def hours(value: float | None) -> str:
    """A duration in hours: hours below 72, then days with one decimal."""
    if value is None or pd.isna(value):
        return NO_VALUE
    if abs(value) < 1:
        return f"{value * 60:.0f} min"
    if abs(value) < 72:
        return f"{value:.1f} h" if abs(value) < 10 else f"{value:.0f} h"
    return f"{value / 24:,.1f} d"


def money(value: float | None, currency: str) -> str:
    """An amount with k or M and its currency."""
    if value is None or pd.isna(value):
        return NO_VALUE
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            decimals = 2 if letter != "k" else 1 if abs(value) < 9_950 else 0
            return f"{value / size:.{decimals}f} {letter} {currency}"
    return f"{value:.0f} {currency}"


def percent(part: float | None, whole: float | None, decimals: int = 1) -> str:
    """A rate in percent; without a whole there is no rate. Never rounds an incomplete rate up to 100."""
    if part is None or whole is None or pd.isna(part) or pd.isna(whole) or whole == 0:
        return NO_VALUE
    rate = 100 * part / whole
    if part < whole and round(rate, decimals) == 100:
        return f"> {100 - 10**-decimals:.{decimals}f} %"
    return f"{rate:.{decimals}f} %"


def points(value: float) -> str:
    """A difference of two rates (0–1) in percentage points."""
    return f"{abs(100 * value):.1f} points"


def quantity(value: float | None, unit: str, currency: str) -> str:
    """A KPI's number by the unit of its definition; percent and points are kept as 0–1."""
    if value is None:
        return NO_VALUE
    match unit:
        case "percent":
            return percent(value, 1)
        case "points":
            return points(value)
        case "hours" | "minutes" | "days":
            return hours(value * {"minutes": 1 / 60, "days": 24}.get(unit, 1))
        case "money":
            return money(value, currency)
        case "money_days":
            return f"{money(value, currency)} × days"
        case "per_1000" | "ratio":
            return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"
        case _:
            return count(value) if float(value).is_integer() or abs(value) >= 100 else f"{value:.1f}"


def size(value: float) -> str:
    """A file's size."""
    for limit, letter in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= limit:
            return f"{value / limit:.1f} {letter}"
    return f"{value:.0f} B"


def day(value: date | None) -> str:
    """A calendar day."""
    return NO_VALUE if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None, zone: str | None = None) -> str:
    """An instant stored in UTC, in a site's zone where that is known, with the zone named."""
    if value is None:
        return NO_VALUE
    try:
        there = value.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) if zone else value.replace(tzinfo=UTC)
    except (ZoneInfoNotFoundError, ValueError):
        there = value.replace(tzinfo=UTC)
    return f"{there.day} {there:%b %Y %H:%M %Z}"


def words(code: str) -> str:
    """A code of a closed list as people read it: `in_progress` → "in progress"."""
    return code.replace("_", " ")
