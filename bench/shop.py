"""The shop's tickets as a frame of what is known while a ticket is open: shared by the prediction benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.shared import shared_data

if TYPE_CHECKING:
    from models.tickets.features import Availability

WORDS = {
    "channel": "channel_name", "category": "category", "sub_category": "Sub-category", "tenure": "Tenure Bucket",
    "shift": "Agent Shift", "product": "Product_category", "city": "Customer_City",
}  # fmt: skip
NUMBERS = ("price", "has_order", "wait", "hour", "weekday", "order_age")
COLUMNS: dict[str, Availability] = {
    **{name: "at_creation" for name in (*WORDS, *NUMBERS)},
    "wait": "while_open",
    "remarks": "after_close",  # they arrive with the rating
    "handling_time": "after_close",
}
USED = tuple(name for name, when in COLUMNS.items() if when != "after_close")


def shop_frame() -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Columns of ``COLUMNS`` and ``rated``; the ratings (1–5); the day of the rating (1, 2, 3 August 2023)."""
    read = pd.read_csv(shared_data() / "ecommerce_csat.csv.gz")
    reported, responded, ordered = (
        pd.to_datetime(read[name], format="%d/%m/%Y %H:%M", errors="coerce")
        for name in ("Issue_reported at", "issue_responded", "order_date_time")
    )
    day = pd.to_datetime(read["Survey_response_Date"], format="%d-%b-%y")
    frame = pd.DataFrame({name: read[column] for name, column in WORDS.items()})
    frame = frame.assign(
        price=read["Item_price"],
        has_order=read["Order_id"].notna().astype(float),
        wait=(responded - reported).dt.total_seconds() / 3600,
        hour=reported.dt.hour.astype(float),
        weekday=reported.dt.dayofweek.astype(float),
        order_age=(reported - ordered).dt.total_seconds() / 86_400,
        remarks=read["Customer Remarks"],
        handling_time=read["connected_handling_time"],
        rated=np.maximum(responded, day),
    )
    return frame, read["CSAT Score"], day.dt.day


def for_peers(frame: pd.DataFrame) -> pd.DataFrame:
    """The same columns for other libraries: words as categories, numbers as they are."""
    return frame[list(USED)].astype(dict.fromkeys(WORDS, "category"))
