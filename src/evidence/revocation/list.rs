//! One revocation list: read strictly, believed when the issuer of the certificate signed it and it is fresh.

use chrono::{DateTime, TimeDelta, Utc};
use x509_cert::crl::TbsCertList;
use x509_cert::der::{Decode as _, asn1::ObjectIdentifier};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::IssuingDistributionPoint;

use crate::evidence::asn1::{BIT_STRING, INTEGER, Malformed, SEQUENCE, Walk};
use crate::evidence::x509::{Certificate, addresses, time};

/// Lists of large authorities have some hundred thousand entries.
pub(super) const LARGEST: usize = 8 << 20;
/// How far an issuer's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");

/// Why a list says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Larger than any list that is read.
    #[error("the list is too large")]
    TooLarge,
    /// Not the DER of a list of version 2.
    #[error("the bytes are not a revocation list")]
    Form,
    /// Of another issuer, of an issuer that may not sign lists, or signed by another key.
    #[error("the list is not signed by the issuer of the certificate")]
    Issuer,
    /// About some certificates or some reasons alone, or only what changed since another list.
    #[error("the list is not about every certificate of its issuer")]
    Partial,
    /// Issued in the future.
    #[error("the list is from the future")]
    Early,
    /// The next one is due, or nobody says when.
    #[error("the list is too old")]
    Old,
}

impl From<Malformed> for Refused {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

/// What a list says of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The list as it came: what is kept.
    pub der: Vec<u8>,
    /// When it was issued.
    pub issued: DateTime<Utc>,
    /// Until when it is believed.
    pub next: DateTime<Utc>,
    /// From when the certificate is revoked; none if it is not on the list.
    pub revoked: Option<DateTime<Utc>>,
}

impl List {
    /// Reads what a list says of `certificate`, if `issuer` signed it and it is fresh.
    ///
    /// # Errors
    /// The first reason to refuse it: the list says nothing then.
    pub fn about(
        certificate: &Certificate,
        issuer: &Certificate,
        der: &[u8],
        now: DateTime<Utc>,
    ) -> Result<List, Refused> {
        let list = List::read(certificate, issuer, der)?;
        if list.issued > now + AHEAD {
            return Err(Refused::Early);
        }
        if list.next < now {
            return Err(Refused::Old);
        }
        Ok(list)
    }

    /// Reads what a list says of `certificate`, if `issuer` signed it, whenever that was.
    ///
    /// # Errors
    /// As [`List::about`], but for its age.
    pub fn read(certificate: &Certificate, issuer: &Certificate, der: &[u8]) -> Result<List, Refused> {
        if der.len() > LARGEST {
            return Err(Refused::TooLarge);
        }
        let mut outer = Walk::only(der, SEQUENCE)?;
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = outer.expect(SEQUENCE)?.whole;
        let [0, signature @ ..] = outer.expect(BIT_STRING)?.content else {
            return Err(Refused::Form);
        };
        outer.finish()?;
        let mut fields = signed.walk();
        if !fields.peek(INTEGER) || fields.small()? != 1 || fields.expect(SEQUENCE)?.whole != algorithm {
            return Err(Refused::Form);
        }
        // Whoever issued the certificate speaks of it: lists of others are not followed.
        let named = fields.expect(SEQUENCE)?.whole == certificate.issuer_der() && certificate.names(issuer);
        if !named || !issuer.may_list() || !issuer.signs(algorithm, signed.whole, signature) {
            return Err(Refused::Issuer);
        }
        let list: TbsCertList = TbsCertList::from_der(signed.whole).map_err(|_| Refused::Form)?;
        if !is_whole(list.crl_extensions.as_ref(), certificate) {
            return Err(Refused::Partial);
        }
        let issued = time(list.this_update)?;
        let next = list.next_update.ok_or(Refused::Old)?;
        let next = time(next)?;
        let mut revoked = None;
        for entry in list.revoked_certificates.iter().flatten() {
            if without_sign(entry.serial_number.as_bytes()) == certificate.serial() {
                revoked = Some(time(entry.revocation_date)?);
            }
        }
        Ok(List {
            der: der.to_vec(),
            issued,
            next,
            revoked,
        })
    }
}

/// Whether the list is about the certificate for every reason: no critical extension that is not understood, and a part of an
/// issuer's certificates only where the certificate itself names that part.
fn is_whole(extensions: Option<&Extensions>, certificate: &Certificate) -> bool {
    extensions.into_iter().flatten().all(|extension| {
        if extension.extn_id != ISSUING_DISTRIBUTION_POINT {
            return !extension.critical;
        }
        IssuingDistributionPoint::from_der(extension.extn_value.as_bytes()).is_ok_and(|part| {
            let others = match certificate.is_authority() {
                true => part.only_contains_user_certs,
                false => part.only_contains_ca_certs,
            };
            let some = others
                || part.only_contains_attribute_certs
                || part.only_some_reasons.is_some()
                || part.indirect_crl;
            let named = part.distribution_point.is_none_or(|point| {
                let of_part = addresses(&point);
                of_part
                    .iter()
                    .any(|address| certificate.lists().contains(address))
            });
            !some && named
        })
    })
}

fn without_sign(serial: &[u8]) -> &[u8] {
    match serial {
        [0, rest @ ..] if !rest.is_empty() => rest,
        whole => whole,
    }
}
