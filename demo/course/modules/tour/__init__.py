"""What the notebooks of the tour share.

A notebook is a fine place to try things out. Code that several of them need
lives here instead, in a module, where it is written once:

    from tour import check, load_rides, sparkline
"""

from tour.exercises import check
from tour.rides import Ride, load_rides
from tour.sparkline import sparkline

__all__ = ["Ride", "check", "load_rides", "sparkline"]
