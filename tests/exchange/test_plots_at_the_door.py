"""The node looks at sealed outlines before it queues a fact, and tells ids and areas, never where they lie."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.errors import FormatError
from ledger.queries import Outcome
from tests.outlines import point, polygon, square
from tests.world import Draft, World, codes

HERE, FAR = 611, 612
SWAPPED = point("-6.4", "-76.89")


def flags(outcome: Outcome) -> list[str]:
    """The codes of an outcome's flags."""
    return [flag.code for flag in outcome.flags]


def said(world: World, draft: Draft) -> dict[str, object]:
    """What stands in the open fields of a plot in the log."""
    body = world.ledger.fact(draft.id).envelope["body"]
    assert isinstance(body, dict)
    return body


def last(world: World) -> dict[str, object]:
    """The envelope of the last entry."""
    with world.ledger._readers.log_view() as view:
        statement = view.statement(view.tip().size - 1)
    return dict(world.ledger.fact(statement.envelope.id).envelope)


# ------------------------------------------------------------ what the node signs


def test_the_node_writes_what_it_sees_into_the_fact(world: World) -> None:
    coop = world.coop()
    first, second = world.plot(coop, outline=square(HERE)), world.plot(coop, outline=square(HERE, east=100))
    world.say(first)
    world.say(second)

    seen = said(world, second)["checked"]
    assert isinstance(seen, dict)
    assert (seen["by"], seen["version"]) == ("node", 1)
    assert seen["area_m2_geodesic"] == pytest.approx(20_000, rel=0.02)
    [overlap] = seen["overlaps"]
    assert (overlap["other"], overlap["source"]) == (first["plot"], "node")
    assert overlap["area_m2"] == pytest.approx(41 * 141, rel=0.05)


def test_the_area_a_plot_lies_in_is_filled_in_where_nobody_said(world: World) -> None:
    coop = world.coop()
    wide, narrow = (area(world, name, size) for name, size in (("Reserva", 4_000_000), ("Sector", 1_000_000)))
    inside, stated = world.plot(coop, outline=square(HERE)), world.plot(coop, outline=square(HERE, east=200))
    world.say(inside)
    world.say(stated.but(within=wide))
    outside = world.plot(coop, outline=square(FAR + 1000))
    world.say(outside)

    assert said(world, inside)["within"] == narrow
    assert said(world, stated)["within"] == wide
    assert "within" not in said(world, outside)
    seen = said(world, inside)["checked"]
    assert isinstance(seen, dict)
    assert [each["other"] for each in seen["areas"]] == sorted([wide, narrow])


def area(world: World, name: str, area_m2: int) -> str:
    """An area around the cell of HERE."""
    thing = world.new_id(f"area {name}")
    body = {"area": thing, "kind": "conservation", "name": name, "area_m2": area_m2, "district": "Rioja"}
    world.say(world.draft("area.mapped", body, world.coop(), sealed={"/geometry": square(HERE, area_m2)}))
    return thing


def test_sending_again_gives_the_first_receipt_whatever_was_mapped_since(world: World) -> None:
    coop = world.coop()
    first = world.plot(coop, outline=square(HERE))
    stood = world.say(first)
    world.say(world.plot(coop, outline=square(HERE)))
    area(world, "Bosque", 1_000_000)

    again = world.state(first)
    assert (again.status, again.digest) == ("duplicate", stood.digest)


def test_what_the_node_sees_is_not_for_the_sender_to_say(world: World) -> None:
    draft = world.plot(world.coop(), checked={"by": "node", "version": 1})
    with pytest.raises(FormatError) as error:
        world.state(draft)
    assert [(each.code, each.where) for each in error.value.problems] == [("checked-by-node", "/body/checked")]


def test_an_outline_that_is_none_never_reaches_the_queue(world: World) -> None:
    coop = world.coop()
    open_ring = polygon([(-77_000_000, -6_100_000), (-76_990_000, -6_100_000), (-76_990_000, -6_090_000)])
    device = world.own_key(coop)
    draft = world.plot(coop, outline=open_ring)
    size = world.ledger.head().size
    for submission in (draft, device.sign(draft)):
        with pytest.raises(FormatError) as error:
            world.state(submission)
        [problem] = error.value.problems
        assert (problem.code, problem.where) == ("ring-open", "/body/geometry/coordinates/0/2")
    assert world.ledger.head().size == size


# ------------------------------------------------------------ what arrives together


def test_two_plots_of_one_batch_see_each_other(world: World) -> None:
    coop = world.coop()
    one, two, three = (world.plot(coop, outline=square(number)) for number in (HERE, HERE, FAR))

    assert [flags(each) for each in world.batch(one, two, three)] == [[], ["plot-registered-twice"], []]
    assert "duplicates_of" not in str(said(world, two))
    assert last(world)["fact"] == "plot.mapped/1"


def test_an_atomic_batch_with_a_swapped_plot_is_refused_whole(world: World) -> None:
    coop = world.coop()
    device = world.own_key(coop)
    size = world.ledger.head().size
    prepared = [
        world.ledger.prepare(device.sign(world.plot(coop, outline=square(HERE)))),
        world.ledger.prepare(device.sign(world.plot(coop, outline=SWAPPED))),
    ]

    outcomes = world.ledger.offer(prepared, atomic=True).result()
    assert [codes(each) for each in outcomes] == [["atomic-refused"], ["axes-swapped"]]
    assert world.ledger.head().size == size


def test_a_refused_plot_is_nobodys_neighbour(world: World) -> None:
    coop, stranger = world.coop(), world.coop("Otra")
    refused = world.plot(coop, outline=square(HERE)).but(within=stranger.place)
    assert world.refused(refused)

    assert world.flagged(world.plot(coop, outline=square(HERE))) == []


def test_a_dry_run_leaves_no_plot_behind(world: World) -> None:
    coop = world.coop()
    [found] = world.check(world.plot(coop, outline=square(HERE)))
    assert (found.status, flags(found)) == ("checked", [])

    assert world.flagged(world.plot(coop, outline=square(HERE))) == []
    [found] = world.check(world.plot(coop, outline=square(HERE)))
    assert flags(found) == ["plot-registered-twice"]


# ------------------------------------------------------------ what a device has signed already


def test_a_sound_plot_of_a_device_stands_alone(world: World) -> None:
    coop = world.coop()
    world.say(world.own_key(coop).sign(world.plot(coop, outline=square(HERE))))

    assert last(world)["fact"] == "plot.mapped/1"


def test_what_the_node_sees_in_a_devices_plot_is_a_fact_of_its_own(world: World) -> None:
    coop = world.coop()
    device, first = world.own_key(coop), world.plot(coop, outline=square(HERE))
    world.say(first)
    draft = world.plot(coop, outline=square(HERE))
    outcome = world.say(device.sign(draft))

    assert flags(outcome) == ["plot-registered-twice"]
    assert "checked" not in said(world, draft)
    spoken = last(world)
    assert (spoken["fact"], spoken["by"]) == ("plot.checked/1", world.operator.id)
    body = spoken["body"]
    assert isinstance(body, dict)
    assert (body["plot"], body["statement"]) == (draft["plot"], outcome.digest)
    assert [each["other"] for each in body["checked"]["duplicates_of"]] == [first["plot"]]


def test_a_device_that_sends_again_gets_its_receipt_and_no_second_remark(world: World) -> None:
    coop = world.coop()
    device = world.own_key(coop)
    world.say(world.plot(coop, outline=square(HERE)))
    submission = device.sign(world.plot(coop, outline=square(HERE)))
    first = world.say(submission)
    size = world.ledger.head().size
    world.say(world.plot(coop, outline=square(HERE)))

    again = world.state(submission)
    assert (again.status, again.digest) == ("duplicate", first.digest)
    assert world.ledger.head().size == size + 1


def test_a_swapped_plot_of_a_device_is_refused_with_the_reason(world: World) -> None:
    coop = world.coop()
    submission = world.own_key(coop).sign(world.plot(coop, outline=SWAPPED))

    assert world.refused(submission) == ["axes-swapped"]
    [found] = world.ledger.check([world.ledger.prepare(submission)])
    assert (found.status, codes(found)) == ("refused", ["axes-swapped"])


def test_an_honest_sharecrop_signed_by_a_device_is_not_accused(world: World) -> None:
    coop = world.coop()
    device, whole = world.own_key(coop), world.plot(coop, outline=square(HERE))
    world.say(whole)
    outcome = world.say(device.sign(world.plot(coop, outline=square(HERE), shared_with=whole["plot"])))

    assert flags(outcome) == []


# ------------------------------------------------------------ what is remembered, and what is told


def test_a_ledger_opened_again_knows_its_plots(tmp_path: Path) -> None:
    world = World.begin(tmp_path, database=str(tmp_path / "valle.db"))
    coop = world.coop()
    world.say(world.plot(coop, outline=square(HERE)))
    world.ledger.close()
    world.ledger = Ledger.open(str(tmp_path / "valle.db"), clock=world.clock)

    assert world.flagged(world.plot(coop, outline=square(HERE))) == ["plot-registered-twice"]
    world.end()


def test_two_processes_see_each_others_plots(tmp_path: Path) -> None:
    world = World.begin(tmp_path, database=str(tmp_path / "valle.db"))
    coop, draft = world.coop(), None
    world.say(world.plot(coop, outline=square(FAR)))
    with Ledger.open(str(tmp_path / "valle.db"), clock=world.clock) as other:
        draft = world.plot(coop, outline=square(HERE))
        assert other.state(draft.unsigned(), party=coop.id)[0].status == "accepted"

    outcome = world.say(world.plot(coop, outline=square(HERE)))
    assert [flag.details["other"] for flag in outcome.flags] == [draft["plot"]]
    world.end()


def test_nothing_told_of_a_plot_says_where_it_lies(world: World) -> None:
    """Neither the fact, nor its flags, nor the reprs that could end in a log line."""
    coop = world.coop()
    world.say(world.plot(coop, outline=square(HERE)))
    draft = world.plot(coop, outline=square(HERE, east=60))
    prepared = world.ledger.prepare_unsigned(draft.unsigned(), party=coop.id)
    outcome = world.ledger.offer([prepared]).result()[0]
    refused = world.state(world.plot(coop, outline=SWAPPED))

    told = f"{outcome} {refused} {world.ledger.fact(draft.id)} {prepared.sketches}"
    assert outcome.flags
    assert re.findall(r"7[67]\.\d|-?6\.[34]\d|76[89]\d{5}", told) == []
