//! Keys in a hardware module or token, by PKCS#11: the private key never leaves the device.
//!
//! A key is named by its label (`CKA_LABEL`); its certificate is the one in the token with the same `CKA_ID`, and issuers
//! are taken from the token as far as they are there.

use std::{fmt, path::PathBuf, sync::Mutex};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    mechanism::Mechanism,
    object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    slot::Slot,
    types::AuthPin,
};
use zeroize::Zeroizing;

use super::{KeyError, KeyProvider};
use crate::evidence::{
    algorithm::{Algorithm, Hash, Key, Signature},
    asn1,
    x509::Certificate,
};

/// More than any chain of issuers has; a token may hold certificates that name each other in a circle.
const LONGEST_CHAIN: usize = 6;

impl From<cryptoki::error::Error> for KeyError {
    fn from(error: cryptoki::error::Error) -> Self {
        // Its text names functions and return codes of PKCS#11, never a PIN.
        Self::Device(error.to_string())
    }
}

/// Where the device is and how to open it.
#[derive(Clone)]
pub struct Settings {
    /// The library of the device's maker.
    pub module: PathBuf,
    /// The label of the token.
    pub token: String,
    /// The user's PIN.
    pub pin: Zeroizing<String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({}, {}, [secret])", self.module.display(), self.token)
    }
}

/// The keys of one token. One call at a time; a session that failed is opened anew by the next call.
pub struct TokenKeys {
    context: Pkcs11,
    settings: Settings,
    session: Mutex<Option<Session>>,
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKeys({:?})", self.settings)
    }
}

impl TokenKeys {
    /// Loads the library. The token is asked for at the first use: a service does not wait for it.
    ///
    /// # Errors
    /// [`KeyError::Device`].
    pub fn load(settings: Settings) -> Result<Self, KeyError> {
        let context = Pkcs11::new(&settings.module)?;
        context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
        Ok(Self {
            context,
            settings,
            session: Mutex::new(None),
        })
    }

    /// Whether the token is there and takes the PIN.
    ///
    /// # Errors
    /// [`KeyError::Device`]; [`KeyError::Missing`] when no token has the label.
    pub fn try_token(&self) -> Result<(), KeyError> {
        self.with(|_| Ok(()))
    }

    fn with<T>(&self, work: impl FnOnce(&Session) -> Result<T, KeyError>) -> Result<T, KeyError> {
        // Whoever panicked inside left a session that is not to be used again.
        let mut kept = self.session.lock().unwrap_or_else(|poisoned| {
            self.session.clear_poison();
            let mut kept = poisoned.into_inner();
            *kept = None;
            kept
        });
        let session = match kept.take() {
            Some(session) => session,
            None => self.log_in()?,
        };
        let done = work(&session);
        if !matches!(done, Err(KeyError::Device(_))) {
            *kept = Some(session);
        }
        done
    }

    fn log_in(&self) -> Result<Session, KeyError> {
        let session = self.context.open_ro_session(self.slot()?)?;
        let pin = AuthPin::new(self.settings.pin.as_str().into());
        session.login(UserType::User, Some(&pin))?;
        Ok(session)
    }

    fn slot(&self) -> Result<Slot, KeyError> {
        for slot in self.context.get_slots_with_token()? {
            if self.context.get_token_info(slot)?.label().trim_end() == self.settings.token {
                return Ok(slot);
            }
        }
        Err(KeyError::Missing)
    }
}

impl KeyProvider for TokenKeys {
    fn sign(&self, key: &str, message: &[u8]) -> Result<Signature, KeyError> {
        self.with(|session| {
            let (private, certificate) = find(session, key)?;
            match certificate.key() {
                Some(Key::P256(_)) => ecdsa(session, private, Algorithm::EcdsaP256Sha256, message),
                Some(Key::P384(_)) => ecdsa(session, private, Algorithm::EcdsaP384Sha256, message),
                Some(Key::Rsa(_)) => Ok(Signature {
                    alg: Algorithm::RsaPkcs1Sha256,
                    value: session.sign(&Mechanism::Sha256RsaPkcs, private, message)?,
                }),
                None => Err(KeyError::Kind),
            }
        })
    }

    fn certificate_chain(&self, key: &str) -> Result<Vec<Certificate>, KeyError> {
        self.with(|session| {
            let mut chain = vec![find(session, key)?.1];
            let others = certificates(session, &[])?;
            while let Some(last) = chain.last() {
                let issuer = others
                    .iter()
                    .find(|other| last.names(other) && last != *other && last.signed_by(other));
                match issuer {
                    Some(issuer) if chain.len() < LONGEST_CHAIN => chain.push(issuer.clone()),
                    _ => break,
                }
            }
            Ok(chain)
        })
    }
}

/// The private key with this label and its certificate.
fn find(session: &Session, label: &str) -> Result<(ObjectHandle, Certificate), KeyError> {
    let wanted = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    // Two keys with one label would make it a matter of chance which one signs.
    let [private] = *session.find_objects(&wanted)?.as_slice() else {
        return Err(KeyError::Missing);
    };
    let id = session
        .get_attributes(private, &[AttributeType::Id])?
        .into_iter()
        .next();
    let id = id.ok_or(KeyError::Missing)?;
    let certificate = certificates(session, &[id])?.into_iter().next();
    Ok((private, certificate.ok_or(KeyError::Missing)?))
}

/// The X.509 certificates in the token that have these attributes.
fn certificates(session: &Session, with: &[Attribute]) -> Result<Vec<Certificate>, KeyError> {
    let mut wanted = vec![
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
    ];
    wanted.extend_from_slice(with);
    let mut found = Vec::new();
    for object in session.find_objects(&wanted)? {
        for attribute in session.get_attributes(object, &[AttributeType::Value])? {
            if let Attribute::Value(der) = attribute {
                found.push(Certificate::from_der(&der).map_err(|_| KeyError::Mismatch)?);
            }
        }
    }
    Ok(found)
}

/// The device signs a digest and gives the two numbers one after the other.
fn ecdsa(
    session: &Session,
    key: ObjectHandle,
    alg: Algorithm,
    message: &[u8],
) -> Result<Signature, KeyError> {
    let raw = session.sign(&Mechanism::Ecdsa, key, &Hash::Sha256.digest(message))?;
    let value = asn1::from_halves(&raw).ok_or(KeyError::Kind)?;
    Ok(Signature { alg, value })
}
