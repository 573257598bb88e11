from tests.store.world import Place, tell
def test_smoke(anywhere: Place) -> None:
    led = anywhere.create()
    said = tell(led)
    print(led.verify()); r = led.rebuild(); assert not r.differences, r
    for n in range(1, led.head().size):
        r = led.rebuild(until=n); assert not r.differences, (n, r)
    from tests.store.world import thing
    print(led.lot(thing("P1")), led.trace(thing("P1")), led.lots())
    print(led.receipt(said["P0"].digest), led.keys())
