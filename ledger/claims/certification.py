"""Whether a scheme's certificates cover deliveries, steps and sellers, on the days that the scheme's pack names.

Pure over the marks it is given: what was known is decided by whoever loads them. Validity is by day: a certificate
recorded later counts only for the days its document names. No step and no holder raises a claim; only the body lifts
what a lapse or a sanction left, by a release.
"""

from ledger.claims.certificate import CertificateLapse, CertificateRead, certificate_lapse, read_certificate
from ledger.claims.certified_delivery import CertifiedDeliveries, delivery_certified
from ledger.claims.certified_seller import Product, paper_sells, product_in_scope, seller_certified
from ledger.claims.certified_step import step_certified
from ledger.claims.custody import Combined, Part, combine
from ledger.claims.register import (
    SchemeRegister,
    Served,
    credited_grams,
    lot_released,
    relinquished,
    scheme_certificates,
)

__all__ = [
    "CertificateLapse",
    "CertificateRead",
    "CertifiedDeliveries",
    "Combined",
    "Part",
    "Product",
    "SchemeRegister",
    "Served",
    "certificate_lapse",
    "combine",
    "credited_grams",
    "delivery_certified",
    "lot_released",
    "paper_sells",
    "product_in_scope",
    "read_certificate",
    "relinquished",
    "scheme_certificates",
    "seller_certified",
    "step_certified",
]
