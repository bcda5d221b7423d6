//! A token: what it says, and whether it holds.

use chrono::{DateTime, Utc};

use super::{Refused, TST_INFO, request::imprint_of};
use crate::evidence::{
    asn1::{self, BOOLEAN, GENERALIZED_TIME, INTEGER, SEQUENCE, Walk, context},
    cms::{Flaw, Message},
    trust::{self, Standing, Trust},
    x509::Certificate,
};

/// A time-stamp token that was read. Whether to believe it says [`Token::verify`].
#[derive(Debug, Clone)]
pub struct Token {
    /// The bytes as received: what is kept (CE-174).
    pub der: Vec<u8>,
    /// When the digest existed, to the millisecond.
    pub time: DateTime<Utc>,
    /// The authority's number of it, big-endian.
    pub serial: Vec<u8>,
    /// The authority's policy, as dotted numbers.
    pub policy: String,
    /// The SHA-256 that it attests.
    pub imprint: [u8; 32],
    /// The authority's certificate.
    pub certificate: Certificate,
    nonce: Option<Vec<u8>>,
    message: Message,
}

impl Token {
    /// Reads a token without believing it.
    ///
    /// # Errors
    /// [`Refused::Form`]; [`Refused::Imprint`] when the imprint is not one with SHA-256.
    pub fn read(der: &[u8]) -> Result<Self, Refused> {
        let message = Message::read(der)?;
        // Nothing unsigned may hide in a token, because nobody would notice a change of it.
        if message.version != 3 || message.content_type != TST_INFO || message.unsigned.is_some() {
            return Err(Refused::Form);
        }
        let info = message.content.as_deref().ok_or(Refused::Form)?;
        let mut walk = Walk::only(info, SEQUENCE)?;
        if walk.small()? != 1 {
            return Err(Refused::Form);
        }
        let policy = walk.oid()?.to_string();
        let imprint = imprint_of(walk.expect(SEQUENCE)?.whole)?.ok_or(Refused::Imprint)?;
        let serial = walk.unsigned()?.to_vec();
        let time = asn1::generalized_time(walk.expect(GENERALIZED_TIME)?.content)?;
        // How exact the time is, and whether the tokens of the authority are in order.
        walk.optional(SEQUENCE)?;
        walk.optional(BOOLEAN)?;
        let nonce = if walk.peek(INTEGER) {
            Some(walk.unsigned()?.to_vec())
        } else {
            None
        };
        // The authority's name, which the certificate says better, and extensions, which are signed too.
        walk.optional(context(0))?;
        walk.optional(context(1))?;
        walk.finish()?;
        Ok(Self {
            der: der.to_vec(),
            time,
            serial,
            policy,
            imprint,
            certificate: message.signer.clone(),
            nonce,
            message,
        })
    }

    pub(super) fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// Does it attest this digest, and is its authority to be believed at its time?
    ///
    /// # Errors
    /// The first reason to refuse it; never `Status`, `Nonce` or `Clock`.
    pub fn verify(&self, imprint: &[u8; 32], trust: &Trust) -> Result<(), Refused> {
        if self.imprint != *imprint {
            return Err(Refused::Imprint);
        }
        if !trust.policies.contains(&self.policy) {
            return Err(Refused::Policy);
        }
        let hash = self.message.hash.ok_or(Refused::Algorithm)?;
        let content = self.message.content.as_deref().ok_or(Flaw::Digest)?;
        self.message.verify(&TST_INFO, hash, &hash.digest(content))?;
        if !self.certificate.may_stamp() {
            return Err(Refused::Usage);
        }
        self.chain(trust)
    }

    /// The path may use issuers that come with the token, because each is checked by the next one's signature.
    fn chain(&self, trust: &Trust) -> Result<(), Refused> {
        let known = trust.issuers.iter().chain(&self.message.certificates);
        let issuers: Vec<Certificate> = known.cloned().collect();
        let path = trust::path(&self.certificate, &issuers, &trust.time_roots).ok_or(Refused::Chain)?;
        let pinned = |other: &Certificate| trust.issuers.contains(other) || trust.time_roots.contains(other);
        // A certificate that nothing checks could be changed unseen.
        let checked = |other: &Certificate| path.contains(&other) || pinned(other);
        if !self.message.certificates.iter().all(checked) {
            return Err(Refused::Chain);
        }
        match trust.standing(&path, self.time) {
            Standing::Good => Ok(()),
            Standing::NotYet | Standing::Expired => Err(Refused::Validity),
            Standing::Revoked => Err(Refused::Revoked),
        }
    }
}
