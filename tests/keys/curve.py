"""Edwards25519 in slow integers (RFC 8032 section 5.1): to make the odd keys that the room must refuse."""

from __future__ import annotations

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493

Point = tuple[int, int]

NEUTRAL: Point = (0, 1)


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def multiply(scalar: int, point: Point) -> Point:
    found = NEUTRAL
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def recover(y: int, sign: int) -> Point | None:
    """The point of that y whose x has that lowest bit, if there is one."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return (P - x if x & 1 != sign else x), y


def encode(point: Point) -> bytes:
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    point = recover(number & (2**255 - 1), number >> 255)
    assert point is not None
    return point


def small_order_points() -> list[Point]:
    """All eight points whose order divides 8, found by multiplying any point by the order of the main subgroup."""
    found: set[Point] = set()
    y = 2
    while len(found) < 8:
        point = recover(y, 0)
        if point is not None:
            torsion = multiply(ORDER, point)
            found.update(multiply(times, torsion) for times in range(8))
        y += 1
    return sorted(found)
