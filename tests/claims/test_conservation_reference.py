"""The judge of whole harvests says what its slow twin says day by day, whatever was told and however much is known."""

from __future__ import annotations

from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.claims.conservation import Conservation
from ledger.claims.membership import Keeper
from tests.claims.agreement_story import Story, framework, months
from tests.claims.conservation_reference import day_by_day, days, worst_word
from tests.vectors.examples.example import thing

DAYS = st.sampled_from(days("2026-03-20", "2026-04-25"))
PACTS = st.sampled_from(["first", "second", "common"])
SCOPES = st.sampled_from([{}, {}, {"household": "household"}, {"plot": "plot"}])
KEEPERS = (
    Keeper(thing("producer"), thing("household"), thing("village"), thing("plot")),
    Keeper(thing("producer"), thing("household"), "", thing("plot")),
    Keeper(thing("other"), thing("neighbour"), thing("village"), thing("plot")),
    Keeper(thing("third"), thing("far neighbour"), thing("village"), thing("second plot")),
    Keeper(thing("fourth"), thing("cousin"), thing("village"), thing("third plot")),
    Keeper(thing("fifth"), "", "", thing("third plot")),
)
EVENTS = st.one_of(
    st.tuples(
        st.just("member"), PACTS, st.sampled_from(["household", "village", "neighbour", "cousin"]), st.booleans(), DAYS
    ),
    st.tuples(
        st.just("status"),
        PACTS,
        st.sampled_from(["active", "under-review", "suspended", "terminated"]),
        SCOPES,
        DAYS,
    ),
    st.tuples(
        st.just("breach"),
        PACTS,
        st.sampled_from(["producer", "third-party", "natural", "unknown"]),
        st.sampled_from(["no-felling", "shade"]),
        DAYS,
    ),
    st.tuples(st.just("close"), st.sampled_from(["cured", "dismissed", "third-party", "producer"]), DAYS),
    st.tuples(st.just("renew"), PACTS, DAYS, DAYS),
    st.tuples(st.just("extend"), PACTS, DAYS),
)
LOOKS = st.tuples(
    st.just("look"),
    PACTS,
    st.sampled_from(["patrol", "self-report", "remote-alert"]),
    st.sampled_from(["met", "partly", "breached", "not-assessed"]),
    DAYS,
)
SUCCESSIONS = st.tuples(st.just("supersede"), PACTS, PACTS, DAYS)


def tell(story: Story, events: list[tuple[object, ...]]) -> None:
    """State the events in the order given; whatever day they name, they are known in this order."""
    breaches: list[tuple[str, str]] = []
    whose: str | None
    for number, event in enumerate(events):
        match event:
            case ("member", str(pact), str(who), bool(joins), str(day)):
                (story.join if joins else story.leave)(who, pact, day)
            case ("status", str(pact), str(word), dict(scope), str(day)):
                story.status(word, day, pact, **scope)
            case ("breach", str(pact), str(whose), str(commitment), str(day)):
                breaches.append((pact, f"breach {number}"))
                scope = {"household": "household"} if number % 2 else {"plot": "plot"}
                story.breach(day, commitment, whose=whose, name=pact, known_as=f"breach {number}", **scope)
            case ("close", str(outcome), str(day)) if breaches:
                pact, breach = breaches[number % len(breaches)]
                whose = outcome if outcome in ("third-party", "producer") else None
                story.close("re-attributed" if whose else outcome, day, whose=whose, name=pact, breach=breach)
            case ("renew", str(pact), str(first), str(last)):
                story.renew(min(first, last), max(first, last), pact)
            case ("extend", str(pact), str(day)):
                story.extend(day, pact)
            case ("look", str(pact), str(kind), str(result), str(day)):
                scope = {"household": "household"} if number % 2 else {"plot": "plot"}
                story.look(day, kind, pact, f"look {number}", shade=result, **scope)
            case ("supersede", str(pact), str(by), str(day)):
                story.supersede(by, day, pact)
            case _:
                pass


def begun() -> Story:
    """Two family agreements and one of the community, on one forest."""
    story = Story()
    story.area()
    for plot in ("plot", "second plot", "third plot"):
        story.plot(plot)
    story.sign("first", valid_from="2026-03-24", valid_to="2026-04-10")
    story.sign("second", valid_from="2026-04-05", valid_to="2026-04-20")
    story.sign("common", "community", valid_from="2026-02-01", valid_to="2026-04-22", cascades=["suspension"])
    return story


@settings(max_examples=150)
@given(st.lists(EVENTS, max_size=14), st.sampled_from(KEEPERS), st.tuples(DAYS, DAYS).map(sorted), st.integers(7, 20))
def test_a_harvest_is_judged_as_day_by_day(
    events: list[tuple[object, ...]], keeper: Keeper, window: list[str], known: int
) -> None:
    story = begun()
    tell(story, events)
    place = story.place(window[0], window[1], keeper=keeper)
    for size in (known, None):
        marks = story.marks(max(7, size) if size else None)
        asked = Conservation(marks, story.pack).delivery(place)
        assert asked == day_by_day(place, marks, story.pack)
        assert asked.word == worst_word(place, marks)


@settings(max_examples=100)
@given(st.lists(st.one_of(EVENTS, LOOKS, SUCCESSIONS), max_size=14))
def test_no_day_is_skipped_and_no_family_gets_another_s_answer(events: list[tuple[object, ...]]) -> None:
    story = begun()
    story.pack = framework(monitoring_months=months(1), renewal_grace_days=months(3))
    tell(story, events)
    marks = story.marks()
    judge = Conservation(marks, story.pack)
    for keeper in KEEPERS:
        place = story.place("2026-03-20", "2026-04-25", keeper=keeper)
        assert judge.delivery(place) == day_by_day(place, marks, story.pack)


def test_thousands_of_deliveries_are_judged_at_once() -> None:
    """A bound far above what it takes (tens of milliseconds), so that a lost memo shows and a slow machine does not."""
    story = begun()
    homes = [f"home {number}" for number in range(300)]
    for home in homes:
        story.join(home, "first")
        story.status("under-review", "2026-04-01", "first", household=home)
    judge = Conservation(story.marks(), story.pack)
    places = [
        story.place(day, "2026-04-10", keeper=story.keeper(home, producer=f"of {home}"))
        for home in homes
        for day in days("2026-03-25", "2026-04-04")
    ]
    begin = perf_counter()
    words = {judge.delivery(place).word for place in places}
    assert perf_counter() - begin < 2
    assert words == {"under-review"}
