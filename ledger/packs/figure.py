"""Exact numbers of a pack: a ratio, and a figure that says where it comes from; no float anywhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact decimal without a unit: value x 10^-scale, so `Ratio(8400, 4)` is 0.84.

    Ratios read from a pack always have scale 4 (parts per 10,000). A measure in percent
    becomes a ratio by two more decimals: see `from_percent`.
    """

    value: int
    scale: int = 4

    @classmethod
    def from_percent(cls, value: int, scale: int = 0) -> Ratio:
        """The ratio of a percentage written as {value, scale}: 14.5 % is `from_percent(145, 1)`."""
        return cls(value, scale + 2)

    @property
    def whole(self) -> int:
        """What `value` is compared with: 10^scale stands for the whole."""
        power: int = 10**self.scale
        return power

    @property
    def is_share(self) -> bool:
        """True from 0 up to, but not including, 1: the only moistures the drying formula can use."""
        return 0 <= self.value < self.whole

    def floor_of(self, amount: int) -> int:
        """This part of `amount`, rounded down: a whole amount is within the ratio exactly when it is <= this."""
        return amount * self.value // self.whole

    def ceiling_of(self, amount: int) -> int:
        """This part of `amount`, rounded up."""
        return -(-amount * self.value // self.whole)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a pack with its unit and its trust: value x 10^-scale `unit`, stated by `source`.

    `source` is a key of the pack's `sources`. `verified` is true only where somebody saw the
    number in that source; an alarm prints both, so that nobody is accused by hearsay.
    """

    value: int
    scale: int
    unit: str
    source: str
    verified: bool

    @property
    def ratio(self) -> Ratio:
        """The bare number, for arithmetic."""
        return Ratio(self.value, self.scale)

    def __str__(self) -> str:
        """The number as people write it, such as `0.84` or `45359.237 g`; ratios have no unit."""
        digits = f"{abs(self.value):0{self.scale + 1}d}"
        number = f"{digits[: -self.scale]}.{digits[-self.scale :]}" if self.scale else digits
        sign = "-" if self.value < 0 else ""
        return f"{sign}{number}" if self.unit == "ratio" else f"{sign}{number} {self.unit}"
