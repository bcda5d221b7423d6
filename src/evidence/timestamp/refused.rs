//! Why a time-stamp is refused: one name for each check of CE-171.

use crate::evidence::{
    asn1::Malformed,
    cms::{CmsError, Flaw},
};

/// Why a time-stamp is not believed (CE-171). One reason, the first that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The authority did not grant it; its status (RFC 3161 §2.4.2).
    #[error("the authority did not grant a time-stamp (status {0})")]
    Status(u8),
    /// Not the DER of a response or of a token with one signer, its certificate and nothing unsigned.
    #[error("the answer is not a time-stamp in DER")]
    Form,
    /// It attests another digest.
    #[error("the time-stamp is for another digest")]
    Imprint,
    /// It answers another request.
    #[error("the nonce is another one")]
    Nonce,
    /// The policy is not on the allow list.
    #[error("the authority's policy is not on the list")]
    Policy,
    /// An algorithm, key or strength that is not accepted.
    #[error("an algorithm or key of the authority is not accepted")]
    Algorithm,
    /// The signed content is not the one that is there.
    #[error("the content of the time-stamp is not what was signed")]
    Digest,
    /// The certificate is not the one that the authority named.
    #[error("the certificate is not the one that the authority names")]
    SigningCertificate,
    /// The signature does not hold.
    #[error("the authority's signature does not hold")]
    Signature,
    /// The certificate is not for time-stamps: the extended key usage is not critical and `timeStamping` alone.
    #[error("the certificate is not for time-stamps alone")]
    Usage,
    /// No path to a pinned root, or a certificate that is neither on the path nor pinned.
    #[error("the authority's certificate does not lead to a pinned root")]
    Chain,
    /// A certificate of the path was not yet or no longer valid at the time.
    #[error("a certificate of the authority was not valid at the time")]
    Validity,
    /// A certificate of the path was revoked before the time.
    #[error("a certificate of the authority was revoked")]
    Revoked,
    /// More than 5 min from the server's clock.
    #[error("the time is more than five minutes from the server's clock")]
    Clock,
}

impl Refused {
    /// The word for it in records and logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Form => "form",
            Self::Imprint => "imprint",
            Self::Nonce => "nonce",
            Self::Policy => "policy",
            Self::Algorithm => "algorithm",
            Self::Digest => "digest",
            Self::SigningCertificate => "signing_certificate",
            Self::Signature => "signature",
            Self::Usage => "usage",
            Self::Chain => "chain",
            Self::Validity => "validity",
            Self::Revoked => "revoked",
            Self::Clock => "clock",
        }
    }
}

impl From<Malformed> for Refused {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

impl From<CmsError> for Refused {
    fn from(_: CmsError) -> Self {
        Self::Form
    }
}

impl From<Flaw> for Refused {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Attributes | Flaw::ContentType | Flaw::Form => Self::Form,
            Flaw::Algorithm => Self::Algorithm,
            Flaw::Digest => Self::Digest,
            Flaw::SigningCertificate => Self::SigningCertificate,
            Flaw::Signature => Self::Signature,
        }
    }
}
