"""Write docs/esquemas/ and docs/acuerdos/: one page per built-in scheme and framework, Spanish first.

    python -m docs.make_pack_pages [--check]

Each page is one screen for the manager of a co-operative: what the ledger allows and what it will not, then the
rulings with their sources. All of it comes from the packs (ledger/packs/schemes, ledger/packs/frameworks).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ledger.packs.anypack import parse_pack
from ledger.packs.catalogue import builtin
from ledger.packs.figure import Figure
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack, Source
from ledger.packs.ruling import Guide, Ruling, Words
from ledger.packs.scheme import AfterLapse, SchemePack

HERE: Final = Path(__file__).resolve().parent
SCHEMES, FRAMEWORKS = "esquemas", "acuerdos"

EFFECTS: Final = {"carried": "la lleva", "held": "en espera", "not-carried": "no la lleva"}
WORDS: Final[Mapping[str, str]] = {
    **EFFECTS,
    "yes": "sí",
    "no": "no",
    "": "ninguno",
    "none": "sin tope: el límite es el stock certificado",
    "licensed": "volumen autorizado, por forma y campaña, al gramo",
    "dated": "con fecha de vencimiento",
    "open": "sin vencimiento",
    "organic": "orgánica",
    "in-conversion": "en conversión",
    "harvest": "día de cosecha",
    "delivery": "día de entrega",
    "identity-preserved": "identidad preservada",
    "segregated": "segregado",
    "controlled-blending": "mezcla controlada",
    "mass-balance": "balance de masas",
    "suspended": "suspendido",
    "withdrawn": "retirado",
    "surrendered": "con renuncia del titular",
    "expired": "vencido",
    "gap": "sin vigencia, entre uno y otro",
    "plot": "parcelas",
    "herd": "rebaños",
    "family": "familia",
    "community": "comunidad",
    "cooperative": "cooperativa",
    "jurisdiction": "provincia o distrito",
    "compliant": "cumple",
    "compliant-with-observations": "cumple con observaciones",
    "under-review": "en revisión",
    "lapsed": "vencido",
    "non-compliant": "no cumple",
    "no-agreement": "sin acuerdo",
    "not-applicable": "no aplica",
    "unknown": "no se sabe",
    "notice": "aviso",
    "warning": "amonestación",
    "corrective-plan": "plan de corrección",
    "benefits-withheld": "sin beneficios",
    "suspension": "suspensión",
    "termination": "terminación",
    "prohibit": "no hacer",
    "do": "hacer",
    "limit": "no pasar de",
    "tc": "TC",
    "coi": "COI",
    "nop": "certificado de importación NOP",
    "ra": "transacción en la plataforma",
    "months": "meses",
    "days": "días",
    "members": "socios",
    "groups": "grupo",
    "ha": "ha",
}
"""Words of the packs in the trade's Spanish; a word that is missing here stops the making of the pages."""

LIMITS: Final = {
    "group-members": "socios por grupo, como máximo",
    "groups-per-person": "grupos por persona",
    "member-hectares": "tierra por socio, salvo que venda poco: hasta",
    "reinspection-least": "reinspección de la certificadora, como mínimo",
    "reinspection-share": "reinspección de la certificadora, al menos",
    "sample-share": "muestras, al menos",
    "suspension-months": "suspensión, como máximo",
}

OWN: Final = {
    "general": "conocimiento general del oficio, sin comparar todavía con una publicación",
    "project": "valor que puso este proyecto donde no se vio el texto de la norma",
}
"""Sources every pack has, in the words of the page."""


KEY: Final = (
    "**La lleva**: puede vender el lote con la declaración. **En espera**: todavía no. **No la lleva**: véndalo sin "
    "ella. Si declara otra cosa, la venta se rechaza. Las entregas se reciben siempre."
)
"""What a manager must know to read the page, above everything else; the answers are those of the glossary."""


class Row(NamedTuple):
    """One ruling on the page: what it is about, what holds, who says so."""

    about: str
    holds: str
    source: str
    verified: bool


def rows_of_scheme(pack: SchemePack) -> Iterator[Row]:
    """The rulings of a scheme in the order a manager asks for them."""
    for product in pack.products:
        name = "cualquier otro producto" if product.commodity == "*" else _commodity(product.commodity)
        if product.forms:
            name += f" ({', '.join(_form(product.commodity, form) for form in product.forms)})"
        yield Row(f"Se vende {name}", _words(product.models), product.source, product.verified)
    yield _ruling("Solo socios de la lista del certificado", pack.members_listed)
    yield _listed("Deciden", pack.trust["member_days"])
    yield _ruling("Cuenta también el estado interno (SIC)", pack.ics_status_counts)
    yield _ruling("Lo de un socio suspendido, desde ese día", pack.member_suspended)
    yield _ruling("Lo de un socio retirado, desde ese día", pack.member_removed)
    yield _ruling("Estado exigido a la parcela", pack.plot_status)
    if pack.conversion_months is not None:
        yield _figure("Conversión", pack.conversion_months)
    yield _ruling("Lo de un socio que además tiene una parcela convencional", pack.parallel_production)
    yield _ruling("Lo cosechado en días que no se anotaron (decide la entrega)", pack.unknown_harvest)
    yield _ruling("Volumen", pack.volume)
    if pack.mass_balance is not None:
        yield _figure("Período del balance de masas", pack.mass_balance.period_months)
        yield _figure("Vida de un crédito después", pack.mass_balance.credit_months)
    for lapse, after in pack.lapses.items():
        yield Row(f"Certificado {WORDS[lapse]}", _after(after), after.source, after.verified)
    yield _ruling("Certificado", pack.validity)
    yield _listed(
        "Documento de cada venta (el libro no lo exige)", pack.trust["transaction_certificate"], none="ninguno"
    )
    if pack.registry_age_days is not None:
        yield _figure("Consulta al registro público: renovarla cada (el libro no lo exige)", pack.registry_age_days)
    for code, limit in pack.limits.items():
        yield _figure(LIMITS[code].capitalize(), limit)
    if pack.successor is not None:
        heir = pack.successor
        holds = f"{heir.names.es}, obligatorio el {heir.mandatory_from}"
        yield Row("Lo reemplaza", holds, heir.source, heir.verified)


def rows_of_framework(pack: FrameworkPack) -> Iterator[Row]:
    """The rulings of a framework in the order a manager asks for them."""
    for commitment in pack.commitments.values():
        yield Row(f"Compromiso: {commitment.names.es}", WORDS[commitment.kind], commitment.source, commitment.verified)
    critical = "; ".join(each.names.es for each in pack.commitments.values() if each.critical)
    # The published promises do not say which of them is critical: that is our reading, until an agreement says it.
    yield Row("Son críticos, si el acuerdo no dice otra cosa", critical or "ninguno", "project", verified=False)
    yield _listed("Se mira", pack.trust["land"])
    yield _listed("Firman", pack.trust["levels"])
    yield _ruling("Si hay acuerdo de familia y de comunidad, manda", pack.wins)
    yield _ruling("Sin refrendo de la autoridad nombrada", pack.unendorsed)
    yield _ruling("Incumplimiento que todavía no se sabe de quién es", pack.unattributed_breach)
    yield _ruling("Incumplimiento crítico de la familia", pack.critical_breach)
    yield _ruling("Otro incumplimiento de la familia", pack.other_breach)
    yield _ruling("Compromiso cumplido a medias", pack.partly_met)
    yield _ruling("Sin monitoreo en el plazo", pack.not_monitored)
    if pack.monitoring_months is not None:
        yield _figure("Plazo del monitoreo", pack.monitoring_months)
    if pack.renewal_grace_days is not None:
        yield _figure("Gracia para renovar", pack.renewal_grace_days)
    yield _listed("Sanciones, de menor a mayor", pack.trust["ladder"])


def page(pack: SchemePack | FrameworkPack) -> str:
    """One page: the guide in Spanish, the rulings with their sources, the guide in English."""
    rows = list(rows_of_scheme(pack) if isinstance(pack, SchemePack) else rows_of_framework(pack))
    about = pack.standard if isinstance(pack, SchemePack) else "Acuerdo marco"
    parts = [
        f"# {_title(pack)}",
        f"{about}. Código `{pack.code}`, versión {pack.version}. [Todas las páginas](README.md).",
        KEY,
        *_guide(pack.guide, "es"),
        "## Reglas, y de dónde salen",
        _table(rows),
        f"{_unverified(rows)} Para cambiar una regla: [packs.md](../packs.md).",
        "## In English",
        *_guide(pack.guide, "en"),
        f"The table is the pack's data: [{pack.code}.toml](../../ledger/packs/{_folder(pack)}/{pack.code}.toml).",
        "## Fuentes",
        "\n".join(_source(source) for source in pack.sources.values() if source.code in {row.source for row in rows}),
    ]
    return "\n\n".join(parts) + "\n"


def index(packs: Iterable[SchemePack | FrameworkPack], title: str, opening: str) -> str:
    """All pages of a folder."""
    lines = [f"- [{_title(pack)}]({pack.code}.md) ({pack.names.en})" for pack in packs]
    return "\n\n".join([f"# {title}", opening, "\n".join(lines)]) + "\n"


def pages() -> dict[str, str]:
    """Every page by its path under docs/."""
    every = [parse_pack(data) for data in builtin().values()]
    schemes = [pack for pack in every if isinstance(pack, SchemePack)]
    frameworks = [pack for pack in every if isinstance(pack, FrameworkPack)]
    made = (
        "Lo que el libro deja hacer y lo que no, {what}, en una pantalla. Todo sale de los paquetes incluidos "
        "(`chaski packs list`); estas páginas se hacen con `python -m docs.make_pack_pages` y no se editan."
    )
    return {
        f"{SCHEMES}/README.md": index(schemes, "Esquemas de certificación", made.format(what="esquema por esquema")),
        f"{FRAMEWORKS}/README.md": index(frameworks, "Acuerdos", made.format(what="acuerdo por acuerdo")),
        **{f"{SCHEMES}/{pack.code}.md": page(pack) for pack in schemes},
        **{f"{FRAMEWORKS}/{pack.code}.md": page(pack) for pack in frameworks},
    }


def differences() -> list[str]:
    """The pages that are missing, not as generated, or of no pack."""
    wanted = pages()
    found = {
        f"{folder}/{path.name}": path.read_text(encoding="utf-8")
        for folder in (SCHEMES, FRAMEWORKS)
        for path in (HERE / folder).glob("*.md")
    }
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are not as generated (exit code 1)."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    stale = differences()
    if arguments:
        sys.stderr.writelines(f"docs/{name} is not as generated\n" for name in stale)
        return int(bool(stale))
    wanted = pages()
    for name in stale:
        path = HERE / name
        if name in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return 0


def _guide(guide: Guide, language: str) -> Iterator[str]:
    allows, refuses = (guide.allows_es, guide.refuses_es) if language == "es" else (guide.allows_en, guide.refuses_en)
    if language == "es":
        yield "## El libro deja"
        yield _bullets(allows)
        yield "## El libro no deja"
        yield _bullets(refuses)
    else:
        yield f"What the ledger allows:\n\n{_bullets(allows)}"
        yield f"Where it says no:\n\n{_bullets(refuses)}"


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _table(rows: Iterable[Row]) -> str:
    lines = ["| regla | vale | fuente | verificado |", "| --- | --- | --- | --- |"]
    lines += [f"| {row.about} | {row.holds} | {row.source} | {'sí' if row.verified else 'no'} |" for row in rows]
    return "\n".join(lines)


def _unverified(rows: Iterable[Row]) -> str:
    every = list(rows)
    unseen = sum(not row.verified for row in every)
    return (
        f"Sin verificar: {unseen} de {len(every)} reglas. Antes de confiar en una de ellas, confírmela con su "
        "certificadora o con la autoridad del acuerdo."
    )


def _title(pack: SchemePack | FrameworkPack) -> str:
    return pack.names.es[:1].upper() + pack.names.es[1:]


def _source(source: Source) -> str:
    title, when = OWN.get(source.code, source.title), source.date or str(source.year)
    return f"- `{source.code}`: {title}." if when in title else f"- `{source.code}`: {title} ({when})."


def _ruling(about: str, ruling: Ruling) -> Row:
    return Row(about, WORDS[ruling.value], ruling.source, ruling.verified)


def _listed(about: str, words: Words, none: str = "") -> Row:
    return Row(about, none if words.values == ("none",) else _words(words.values), words.source, words.verified)


def _figure(about: str, figure: Figure) -> Row:
    if figure.unit == "ratio":
        return Row(about, f"{figure.value * 100 // figure.ratio.whole} %", figure.source, figure.verified)
    number, _, unit = str(figure).partition(" ")
    return Row(about, f"{number} {WORDS[unit]}", figure.source, figure.verified)


def _after(after: AfterLapse) -> str:
    """What happens to new sales, older contracts and earlier stock; those of one fate together."""
    fates: dict[str, list[str]] = {}
    for what, effect in (
        ("venta nueva", after.new_sales),
        ("contrato anterior", after.contracted_sales),
        ("stock de antes", after.stock_before),
    ):
        fates.setdefault(EFFECTS[effect], []).append(what)
    if len(fates) == 1:
        return next(iter(fates))
    return "; ".join(f"{fate} ({', '.join(whats)})" for fate, whats in fates.items())


def _words(values: Iterable[str]) -> str:
    return ", ".join(WORDS[value] for value in values) or "no"


def _commodity(code: str) -> str:
    data = builtin().get(("commodity", code))
    pack = parse_pack(data) if data is not None else None
    return pack.names.es if pack is not None else f"`{code}`"


def _form(commodity: str, form: str) -> str:
    pack = parse_pack(builtin()["commodity", commodity])
    return pack.forms[form].names.es if isinstance(pack, CommodityPack) else form


def _folder(pack: SchemePack | FrameworkPack) -> str:
    return "schemes" if isinstance(pack, SchemePack) else "frameworks"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
