"""Examples of the OpenAPI document; each is sent as it stands by the tests and answered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

_DAYS = [str(date(2026, 1, 1) + timedelta(days=day)) for day in range(42)]
_WEEK = (12.0, 14.0, 15.0, 13.0, 18.0, 25.0, 22.0)
_SALES = [_WEEK[day % 7] + day * 5 % 3 for day in range(42)]

COLUMNS: dict[str, Any] = {
    "model": "seasonal-naive",
    "horizon": 7,
    "levels": [80],
    "data": {"ds": _DAYS, "y": _SALES},
}
"""One series as columns."""
RECORDS: dict[str, Any] = {
    "model": "drift",
    "horizon": 2,
    "levels": [],
    "data": [
        {"unique_id": shop, "ds": day, "y": 10.0 * (place + 1) + number}
        for place, shop in enumerate(("north", "south"))
        for number, day in enumerate(_DAYS[:4])
    ],
}
"""Two series as rows."""
CSV = "unique_id,ds,y\n" + "".join(f"north,{day},{sold:g}\n" for day, sold in zip(_DAYS, _SALES, strict=True))
"""One series as text, for the query `model=seasonal-naive&horizon=7`."""
ANSWER: dict[str, Any] = {
    "model": "drift",
    "horizon": 2,
    "freq": "D",
    "levels": [],
    "columns": ["unique_id", "ds", "drift"],
    "data": {
        "unique_id": ["north", "north"],
        "ds": ["2026-01-05", "2026-01-06"],
        "drift": [14.0, 15.0],
    },
    "notes": [],
}
