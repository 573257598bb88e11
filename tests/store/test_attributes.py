"""What a lot is said to be stays with it through packing, and is said only where it is true of all of it."""

from __future__ import annotations

from tests.world import Party, World, lots_of


def opened(world: World, coop: Party, grams: int, **attributes: str) -> str:
    """Fresh fruit that lay in the store, described so."""
    said = [{"code": code, "value": value} for code, value in attributes.items()]
    draft = world.opening(coop, grams, commodity="dragon-fruit", form="fresh", attributes=said)
    world.say(draft)
    return str(draft["lot"])


def packed(world: World, coop: Party, *lots: tuple[str, int]) -> str:
    draft = world.packing(coop, list(lots), [sum(grams for _, grams in lots)], form="fresh")
    draft = draft.but(commodity="dragon-fruit")
    world.say(draft)
    return lots_of(draft)[0]


def described(world: World, lot: str) -> dict[str, str]:
    return {each.code: each.value for each in world.lot(lot).attributes}


def test_attributes_have_the_words_and_the_order_of_the_pack(world: World) -> None:
    lot = opened(world, world.coop(), 100, calibre="extra-large", species="yellow")
    species, calibre = world.lot(lot).attributes

    assert (species.names["es"], species.value_names["en"], species.norm) == ("especie", "yellow pitahaya", "")
    assert (calibre.names["en"], calibre.value_names["es"], calibre.value) == ("calibre", "extragrande", "extra-large")


def test_the_norm_stands_beside_the_class(world: World) -> None:
    said = [{"code": "colour", "value": "brown"}, {"code": "class", "value": "superfina"}]
    draft = world.opening(world.coop(), 100, commodity="alpaca-fibre", form="sorted", attributes=said)
    world.say(draft)
    fineness, colour = world.lot(draft["lot"]).attributes

    assert (fineness.value_names["es"], fineness.norm) == ("superfina", "NTP 231.301:2022")
    assert (colour.value_names["es"], colour.norm) == ("café", "")


def test_a_package_is_what_was_packed_into_it(world: World) -> None:
    coop = world.coop()
    box = packed(world, coop, (opened(world, coop, 100, species="yellow", calibre="large"), 100))
    pallet = packed(world, coop, (box, 60))
    unpacked = world.unpacking(coop, [(pallet, 60)], 60, form="fresh").but(commodity="dragon-fruit")
    world.say(unpacked)

    for lot in (box, pallet, unpacked["output"]):
        assert described(world, lot) == {"species": "yellow", "calibre": "large"}


def test_a_mixed_package_says_only_what_is_true_of_all_of_it(world: World) -> None:
    coop = world.coop()
    large = opened(world, coop, 100, species="yellow", calibre="large")
    small = opened(world, coop, 100, species="yellow", calibre="small")
    unsaid = opened(world, coop, 100)
    mixed = packed(world, coop, (large, 50), (small, 50))

    assert described(world, mixed) == {"species": "yellow"}
    assert described(world, packed(world, coop, (mixed, 50), (unsaid, 50))) == {}


def test_a_process_says_anew_what_comes_out(world: World) -> None:
    coop = world.coop()
    lot = opened(world, coop, 100, species="yellow", calibre="large")
    washed = world.transformation(coop, [(lot, 100)], [("fresh", 100)], process="washing", commodity="dragon-fruit")
    world.say(washed)

    assert described(world, lots_of(washed)[0]) == {}
