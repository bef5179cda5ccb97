"""Ways and films in words."""

from __future__ import annotations

from engine.protocol.walks import Film, Way

WAYS = {
    Way.EVEN: ("Even", "One visible speed: by how much the pictures change"),
    Way.SLERP: ("Spherical", "Along arcs, at the distance from the centre where pictures live"),
    Way.LINEAR: ("Linear", "Straight from place to place; pictures turn average half way"),
    Way.SPLINE: ("Spline", "One smooth curve through all places, no corner at any"),
}
"""Most useful first."""
FILMS = {
    Film.GIF: "GIF",
    Film.WEBP: "WebP",
    Film.APNG: "APNG",
    Film.MP4: "MP4",
    Film.FRAMES: "PNG pictures",
    Film.STRIP: "Film strip",
}
RATES = (10, 12, 15, 20, 24, 25, 30, 50, 60)
