//! The question to an authority.

use crate::evidence::{
    algorithm::Hash,
    asn1::{self, BOOLEAN, Malformed, OCTETS, SEQUENCE, Walk},
};

/// A request for a time-stamp of a SHA-256 digest, with a nonce and asking for the certificate (CE-170).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    imprint: [u8; 32],
    nonce: u64,
}

impl Request {
    /// The nonce is random, new for each request.
    pub fn new(imprint: [u8; 32], nonce: u64) -> Self {
        Self { imprint, nonce }
    }

    /// The digest to attest.
    pub fn imprint(&self) -> &[u8; 32] {
        &self.imprint
    }

    /// The DER of the `TimeStampReq`.
    pub fn der(&self) -> Vec<u8> {
        asn1::tlv(
            SEQUENCE,
            &[
                &asn1::unsigned(&[1]),
                &message_imprint(&self.imprint),
                &asn1::unsigned(&self.nonce.to_be_bytes()),
                &asn1::tlv(BOOLEAN, &[&[0xFF]]),
            ],
        )
    }

    /// Is this the nonce of an answer, in the bytes of its number?
    pub(super) fn has_nonce(&self, nonce: Option<&[u8]>) -> bool {
        let mut own = [0; 8];
        let Some(nonce) = nonce else { return false };
        let Some(tail) = own
            .len()
            .checked_sub(nonce.len())
            .and_then(|at| own.get_mut(at..))
        else {
            return false;
        };
        tail.copy_from_slice(nonce);
        u64::from_be_bytes(own) == self.nonce
    }
}

/// What an authority makes of a request: any hash, no policy asked for, no extensions.
pub(super) struct Asked<'a> {
    pub imprint: &'a [u8],
    pub nonce: Option<&'a [u8]>,
    pub wants_certificate: bool,
}

impl<'a> Asked<'a> {
    pub fn read(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut walk = Walk::only(der, SEQUENCE)?;
        if walk.small()? != 1 {
            return Err(Malformed);
        }
        let imprint = walk.expect(SEQUENCE)?.whole;
        imprint_of(imprint)?;
        let nonce = if walk.peek(asn1::INTEGER) {
            Some(walk.unsigned()?)
        } else {
            None
        };
        let wants_certificate = match walk.optional(BOOLEAN)? {
            Some(element) if element.content == [0xFF] => true,
            Some(_) => return Err(Malformed),
            None => false,
        };
        walk.finish()?;
        Ok(Self {
            imprint,
            nonce,
            wants_certificate,
        })
    }
}

/// The DER of a `MessageImprint` with SHA-256.
pub(super) fn message_imprint(digest: &[u8; 32]) -> Vec<u8> {
    asn1::tlv(
        SEQUENCE,
        &[&Hash::Sha256.identifier(), &asn1::tlv(OCTETS, &[digest])],
    )
}

/// The digest of a `MessageImprint`; `None` when it is not one with SHA-256.
pub(super) fn imprint_of(message_imprint: &[u8]) -> Result<Option<[u8; 32]>, Malformed> {
    let mut walk = Walk::only(message_imprint, SEQUENCE)?;
    let hash = Hash::read(walk.expect(SEQUENCE)?.whole)?;
    let digest = walk.octets()?;
    walk.finish()?;
    if hash != Some(Hash::Sha256) {
        return Ok(None);
    }
    digest.try_into().map(Some).map_err(|_| Malformed)
}
