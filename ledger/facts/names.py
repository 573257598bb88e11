"""The id types of facts: which kind of thing a field names or gives birth to."""

from __future__ import annotations

from typing import Annotated

from ledger.values import Births, Names, Thing

Party = Annotated[Thing, Names(("party",))]
Facility = Annotated[Thing, Names(("facility",))]
Mandate = Annotated[Thing, Names(("mandate",))]
Producer = Annotated[Thing, Names(("producer",))]
Household = Annotated[Thing, Names(("household",))]
Inspection = Annotated[Thing, Names(("inspection",))]
Consent = Annotated[Thing, Names(("consent",))]
Plot = Annotated[Thing, Names(("plot",))]
Area = Annotated[Thing, Names(("area",))]
Herd = Annotated[Thing, Names(("herd",))]
Estimate = Annotated[Thing, Names(("estimate",))]
Agreement = Annotated[Thing, Names(("agreement",))]
Certificate = Annotated[Thing, Names(("certificate",))]
Breach = Annotated[Thing, Names(("breach",))]
Monitoring = Annotated[Thing, Names(("monitoring",))]
Contract = Annotated[Thing, Names(("contract",))]
Sale = Annotated[Thing, Names(("sale",))]
Premium = Annotated[Thing, Names(("premium",))]
Pledge = Annotated[Thing, Names(("pledge",))]
Payment = Annotated[Thing, Names(("payment",))]
TransactionCertificate = Annotated[Thing, Names(("transaction-certificate",))]
Erasure = Annotated[Thing, Names(("erasure",))]
Audit = Annotated[Thing, Names(("audit",))]
Grant = Annotated[Thing, Names(("grant",))]
Finding = Annotated[Thing, Names(("finding",))]
Incident = Annotated[Thing, Names(("incident",))]
Lot = Annotated[Thing, Names(("lot",))]
Dispatch = Annotated[Thing, Names(("dispatch",))]
Hold = Annotated[Thing, Names(("hold", "recall"))]
PlotHolder = Annotated[Thing, Names(("producer", "household", "party"))]
Owner = Annotated[Thing, Names(("party", "producer", "household"))]
Signatory = Annotated[Thing, Names(("producer", "household", "party"))]
Person = Annotated[Thing, Names(("producer", "household", "party"))]
Grown = Annotated[Thing, Names(("plot", "herd"))]
Drawable = Annotated[Thing, Names(("producer", "lot"))]
_ANY = (
    "party",
    "facility",
    "producer",
    "household",
    "plot",
    "area",
    "herd",
    "agreement",
    "certificate",
    "lot",
    "dispatch",
    "inspection",
    "mandate",
)
Anything = Annotated[Thing, Names(_ANY)]

NewParty = Annotated[Thing, Births("party")]
NewFacility = Annotated[Thing, Births("facility")]
NewMandate = Annotated[Thing, Births("mandate")]
NewProducer = Annotated[Thing, Births("producer")]
NewHousehold = Annotated[Thing, Births("household")]
NewInspection = Annotated[Thing, Births("inspection")]
NewConsent = Annotated[Thing, Births("consent")]
NewPlot = Annotated[Thing, Births("plot")]
NewArea = Annotated[Thing, Births("area")]
NewHerd = Annotated[Thing, Births("herd")]
NewEstimate = Annotated[Thing, Births("estimate")]
NewAgreement = Annotated[Thing, Births("agreement")]
NewCertificate = Annotated[Thing, Births("certificate")]
NewBreach = Annotated[Thing, Births("breach")]
NewMonitoring = Annotated[Thing, Births("monitoring")]
NewContract = Annotated[Thing, Births("contract")]
NewSale = Annotated[Thing, Births("sale")]
NewPremium = Annotated[Thing, Births("premium")]
NewPledge = Annotated[Thing, Births("pledge")]
NewPayment = Annotated[Thing, Births("payment")]
NewTransactionCertificate = Annotated[Thing, Births("transaction-certificate")]
NewRelease = Annotated[Thing, Births("release")]
NewErasure = Annotated[Thing, Births("erasure")]
NewAudit = Annotated[Thing, Births("audit")]
NewGrant = Annotated[Thing, Births("grant")]
NewSample = Annotated[Thing, Births("sample")]
NewFinding = Annotated[Thing, Births("finding")]
NewIncident = Annotated[Thing, Births("incident")]
NewLot = Annotated[Thing, Births("lot")]
NewDispatch = Annotated[Thing, Births("dispatch")]
NewHold = Annotated[Thing, Births("hold")]
NewRecall = Annotated[Thing, Births("recall")]
