"""Which outlines lie over a new one: a tree of boxes that grows, and geodesic areas for those it finds.

The tree cannot be added to, so new outlines wait in a list beside it and are asked one by one until there are enough
of them to plant it again: the cost of planting stays a small part of the cost of asking.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from ledger.exchange.geodata.area import area_of
from ledger.exchange.geodata.outline import Outline

Key = TypeVar("Key", bound=Hashable)

SAME_PERCENT: Final = 95
"""Two outlines are one piece of land when they share so much of the larger."""

_FEW: Final = 64


@dataclass(frozen=True, slots=True)
class Neighbour(Generic[Key]):
    """An outline that shares ground: how many square metres, what the two areas are, and whether it is the same."""

    key: Key
    area_m2: int
    own_m2: int
    other_m2: int
    same: bool


class Neighbours(Generic[Key]):
    """Outlines by key, asked for those that share ground with a new one. One thread at a time."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._keys: list[Key] = []
        self._outlines: list[Outline] = []
        self._shapes: list[BaseGeometry] = []
        self._tree = shapely.STRtree([])
        self._planted = 0

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: Key, outline: Outline) -> None:
        """Take in an outline."""
        self._keys.append(key)
        self._outlines.append(outline)
        self._shapes.append(outline.shape())

    def over(self, outline: Outline) -> list[Neighbour[Key]]:
        """Everything that shares ground with an outline, in the order it was taken in.

        Same land: at least 95 percent of the larger lies in both, or two points are equal. A point inside a polygon
        shares no measurable ground; its `area_m2` is 0.
        """
        shape = outline.shape()
        own = area_of(shape)
        found = []
        for place in self._near(shape):
            other = self._shapes[place]
            if not shapely.intersects(shape, other):
                continue
            if outline.is_point and self._outlines[place].is_point:
                found.append(Neighbour(self._keys[place], 0, 0, 0, same=True))
                continue
            theirs = area_of(other)
            shared = area_of(shapely.intersection(shape, other))
            points = outline.is_point or self._outlines[place].is_point
            if shared < 1 and not points:
                # Plots side by side share a line, and no ground.
                continue
            same = not points and shared * 100 >= max(own, theirs) * SAME_PERCENT
            found.append(Neighbour(self._keys[place], round(shared), round(own), round(theirs), same))
        return found

    def _near(self, shape: BaseGeometry) -> list[int]:
        waiting = len(self._shapes) - self._planted
        if waiting > max(_FEW, self._planted // 8):
            self._tree = shapely.STRtree(self._shapes)
            self._planted = len(self._shapes)
        planted = sorted(int(place) for place in self._tree.query(shape))
        return [*planted, *range(self._planted, len(self._shapes))]
