"""Charts made of text."""

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values):
    """Draw numbers as a row of small bars, the smallest as the lowest."""
    values = list(values)
    if not values:
        return ""
    low, high = min(values), max(values)
    step = (high - low) / (len(BLOCKS) - 1) or 1
    return "".join(BLOCKS[round((value - low) / step)] for value in values)
