"""Where each lot came to be, so that a place leads to its lots."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NEVER = 2**62


def upgrade() -> None:
    """Add the column and read the places from the births."""
    has = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("lot")}
    if "facility" not in has:
        kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        op.add_column("lot", sa.Column("facility", kind, nullable=False, server_default="0"))
    op.create_index("lot_facility", "lot", ["log", "facility"], if_not_exists=True)
    db = op.get_bind()
    births = db.execute(
        sa.text("SELECT log, subject, ix, gone, value FROM mark WHERE kind = 'born' ORDER BY ix")
    ).fetchall()
    # A version written once the birth was taken back knows no place.
    for log, subject, index, gone, value in births:
        said = json.loads(value)
        place = said.get("facility") if said.get("thing") == "lot" else None
        if place is None:
            continue
        number = db.execute(sa.text("SELECT n FROM name WHERE log = :l AND text = :t"), {"l": log, "t": place}).scalar()
        db.execute(
            sa.text("UPDATE lot SET facility = :n WHERE log = :l AND lot = :s AND ix >= :i AND ix < :g"),
            {"n": number or 0, "l": log, "s": subject, "i": index, "g": _NEVER if gone is None else gone},
        )
