"""The counts of the bicycles on the bridge."""

import csv
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Ride:
    """One day on the bridge."""

    date: date
    temperature: float  # °C, mean of the day
    rain: float  # mm
    bikes: int

    @property
    def is_weekend(self):
        return self.date.weekday() >= 5


def load_rides(path="data/bridge.csv"):
    """Return the days on which the counter worked, as a list of Ride."""
    with open(path, newline="", encoding="utf-8") as file:
        return [
            Ride(
                date=date.fromisoformat(row["date"]),
                temperature=float(row["temperature"]),
                rain=float(row["rain"]),
                bikes=int(row["bikes"]),
            )
            for row in csv.DictReader(file)
            if row["bikes"]
        ]
