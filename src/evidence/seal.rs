//! The institution's seal: its keys, whom it trusts, and the authorities that attest when it sealed.
//!
//! [`Seal::apply`] seals a document (PAdES B-B), [`Seal::stamp`] asks for a time-stamp, [`with_time`] puts it into the
//! sealed file (B-T). What is kept of a seal and when a time-stamp is asked for again is not decided here.

use chrono::{DateTime, Utc};

use super::authority::TestLists;
use super::cms::{self, CmsError};
use super::keys::{self, Chosen, KeyError, KeyProvider, RevocationStatus, Unfit};
use super::pades::{self, Kind, PadesError};
use super::revocation::client::{self, Failure};
use super::revocation::{Heard, List, Revocations};
use super::sm::{SmError, SmKey};
use super::timestamp::client::{Client, Unattested};
use super::timestamp::local::LocalAuthority;
use super::timestamp::{Request, Stamped, check};
use super::trust::{self, Trust};
use super::x509::Certificate;

/// A national signature and the public point of its key.
pub type National = (Vec<u8>, Vec<u8>);

/// Room for the message with its certificates and a token, bytes; one of RSA 3 072 with both has about 7 000.
const RESERVE: usize = 8192;

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// No certificate that may seal today: missing, expired, revoked.
    #[error("the certificate of the seal: {0}")]
    Unfit(#[from] Unfit),
    /// The key did not sign.
    #[error("the key of the seal: {0}")]
    Key(#[from] KeyError),
    /// Not a document as the documents' engine prints them, or its gap is too small.
    #[error("the document: {0}")]
    Document(#[from] PadesError),
    /// The message could not be built.
    #[error("the signed message: {0}")]
    Message(#[from] CmsError),
}

/// Who attests the time.
pub enum Authorities {
    /// The test authority of this installation: it says what our own clock says.
    Local(Box<LocalAuthority>),
    /// Time authorities of others, the preferred one first.
    Remote(Client),
}

/// Who publishes what was revoked.
pub enum Lists {
    /// The test authority of this installation.
    Local(Box<TestLists>),
    /// The issuers, each where its certificates say.
    Remote(client::Client),
}

/// A sealed document.
pub struct Sealed {
    /// The file; it begins with the bytes of the document.
    pub file: Vec<u8>,
    /// SHA-256 of what is signed; it stays when a time-stamp is added.
    pub signed: [u8; 32],
    /// SHA-256 of the certificate that it was sealed with.
    pub certificate: [u8; 32],
    /// What was known of the certificate then (CE-167).
    pub revocation: RevocationStatus,
}

/// What seals, and whom it trusts.
pub struct Seal {
    keys: Box<dyn KeyProvider>,
    names: Vec<String>,
    trust: Trust,
    authorities: Authorities,
    lists: Lists,
    heard: Heard,
    national: Option<SmKey>,
    test: bool,
}

impl Seal {
    /// With the keys of these names, of which the one that begins last seals. `test` says that its root is nobody's.
    pub fn new(
        keys: Box<dyn KeyProvider>,
        names: Vec<String>,
        trust: Trust,
        authorities: Authorities,
        lists: Lists,
        test: bool,
    ) -> Seal {
        Seal {
            keys,
            names,
            trust,
            authorities,
            lists,
            heard: Heard::default(),
            national: None,
            test,
        }
    }

    /// Also with a national signature over each evidence root (CE-165).
    #[must_use]
    pub fn with_national(self, key: Option<SmKey>) -> Seal {
        Seal {
            national: key,
            ..self
        }
    }

    /// The public point of the national signatures; none where they are off.
    pub fn national_point(&self) -> Option<Vec<u8>> {
        self.national.as_ref().map(SmKey::public)
    }

    /// The national signature over an evidence root; none where it is off.
    ///
    /// # Errors
    /// [`SmError::Signing`].
    pub fn national(&self, root: &[u8; 32]) -> Result<Option<National>, SmError> {
        let key = self.national.as_ref();
        key.map(|key| Ok((key.sign(root)?, key.public()))).transpose()
    }

    /// Roots, issuers, every certificate that ever sealed here; the keys of the log are not in it.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Whether it is a test authority's: every document says so.
    pub fn is_test(&self) -> bool {
        self.test
    }

    /// Seals a document with the claimed time. It blocks while a key device signs.
    ///
    /// Nobody is asked while she waits: what the issuers said before is all that is known (CE-167).
    ///
    /// # Errors
    /// [`SealError`]; nothing is to be kept then.
    pub fn apply(&self, document: &[u8], at: DateTime<Utc>, said: &Revocations) -> Result<Sealed, SealError> {
        let trust = said.within(&self.trust);
        let known = |below: &[&Certificate]| said.along(below, at);
        let Chosen { key, chain, known } = keys::choose(self.keys.as_ref(), &self.names, &trust, known, at)?;
        let signer = chain.first().ok_or(Unfit::Missing)?;
        let prepared = pades::prepare(document, RESERVE, at, Kind::Certify)?;
        let signed = prepared.digest;
        let attributes = cms::signed_attributes(&signed, signer)?;
        let signature = self.keys.sign(key, &attributes)?;
        let message = cms::build(&attributes, &signature, &chain, None)?;
        Ok(Sealed {
            file: pades::finish(prepared, &message)?,
            signed,
            certificate: *signer.sha256(),
            revocation: known,
        })
    }

    /// The certificates of all keys that may seal. It blocks while a key device answers.
    pub fn signers(&self) -> Vec<Certificate> {
        let chains = self.names.iter().map(|name| self.keys.certificate_chain(name));
        let signer = |chain: Vec<Certificate>| chain.into_iter().next();
        chains.filter_map(|chain| chain.ok().and_then(signer)).collect()
    }

    /// Every certificate that a seal of today may rest on, each with its issuer; roots are pinned, and nobody speaks of them.
    /// It blocks while a key device answers.
    pub fn watched(&self) -> Vec<(Certificate, Certificate)> {
        let mut watched: Vec<(Certificate, Certificate)> = Vec::new();
        for signer in self.signers() {
            let path = trust::path(&signer, &self.trust.issuers, &self.trust.roots).unwrap_or_default();
            for pair in path.windows(2) {
                let [certificate, issuer] = pair else { continue };
                if !watched.iter().any(|(known, _)| known == *certificate) {
                    watched.push(((*certificate).clone(), (*issuer).clone()));
                }
            }
        }
        watched
    }

    /// What the issuer of a certificate says of it now.
    ///
    /// # Errors
    /// [`Failure`]: nothing is known of it.
    pub async fn ask(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now: DateTime<Utc>,
    ) -> Result<List, Failure> {
        let list = match &self.lists {
            Lists::Remote(client) => client.fetch(certificate.lists()).await?,
            Lists::Local(lists) => lists.answer(now).map_err(|_| Failure::Unreachable)?,
        };
        Ok(List::about(certificate, issuer, &list, now)?)
    }

    /// What the lists that are kept were found to say.
    pub fn heard(&self) -> &Heard {
        &self.heard
    }

    /// A time-stamp of a digest, checked as CE-171 wants it.
    ///
    /// # Errors
    /// [`Unattested`]: nothing is to be put in its place.
    pub async fn stamp(
        &self,
        imprint: [u8; 32],
        now: impl Fn() -> DateTime<Utc>,
    ) -> Result<Stamped, Unattested> {
        match &self.authorities {
            Authorities::Remote(client) => client.stamp(imprint, &self.trust, now).await,
            Authorities::Local(authority) => {
                let request = Request::new(imprint, rand::random());
                let response = authority.answer(&request.der(), now(), rand::random());
                let token = check(&response, &request, &self.trust, now())
                    .map_err(|refused| Unattested(vec![refused.into()]))?;
                Ok(Stamped { token, response })
            }
        }
    }
}

/// What a time-stamp of this sealed file must attest: the SHA-256 of the signature.
///
/// # Errors
/// [`SealError`] when it is not a sealed file of ours.
pub fn imprint(sealed: &[u8]) -> Result<[u8; 32], SealError> {
    let signed = pades::read(sealed).map_err(PadesError::NotSealed)?;
    Ok(cms::read(&signed.contents)?.imprint())
}

/// The sealed file with this token in its signature.
///
/// # Errors
/// [`SealError`] when it is not a sealed file of ours, or its gap is too small.
pub fn with_time(sealed: &[u8], token: &[u8]) -> Result<Vec<u8>, SealError> {
    let signed = pades::read(sealed).map_err(PadesError::NotSealed)?;
    let message = cms::read(&signed.contents)?.with_token(token)?;
    Ok(pades::replace(sealed, &message)?)
}

/// The sealed file with a document time-stamp behind it, for the years to come (CE-223).
///
/// # Errors
/// [`SealError`] when it is not a sealed file of ours.
pub fn preservation(sealed: &[u8], at: DateTime<Utc>) -> Result<pades::Prepared, SealError> {
    Ok(pades::prepare(sealed, RESERVE, at, Kind::DocTimeStamp)?)
}
