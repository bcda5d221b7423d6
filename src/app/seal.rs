//! The seal of the settings, or the test authority of the data folder.

use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use zeroize::Zeroizing;

use super::StartFault;
use crate::config::{self, Config, Fault};
use crate::evidence::authority::{TestAuthority, TestLists, TestRevoked};
use crate::evidence::keys::pkcs11::{Settings, TokenKeys};
use crate::evidence::keys::{FileKeys, KeyProvider, SoftKey};
use crate::evidence::revocation::client as lists;
use crate::evidence::seal::{Authorities, Lists, Seal};
use crate::evidence::sm::SmKey;
use crate::evidence::timestamp::client::Client;
use crate::evidence::timestamp::local::LocalAuthority;
use crate::evidence::trust::Trust;

/// Where the test authority has its keys, certificates and table of trust.
const FOLDER: &str = "authority";
const TRUST: &str = "trust.json";
/// What an operator of a trial had the test root revoke.
const REVOKED: &str = "revoked-certificates.json";
/// A demo begins in the past, and its documents were sealed then.
const BEFORE: TimeDelta = TimeDelta::days(400);
/// What belongs together.
const WHOLE: &str =
    "a device needs seal.module, seal.token, seal.pin_file, seal.keys, seal.trust and seal.time_authorities";
const FOREIGN: &str = "seal.time_authorities needs seal.trust: no token of theirs would be believed";

fn fault(why: impl std::fmt::Display) -> StartFault {
    StartFault::Config(Fault::Key(format!("of the seal: {why}")))
}

/// The seal that the settings name.
pub fn open(config: &Config, now: DateTime<Utc>) -> Result<Seal, StartFault> {
    let settings = &config.seal;
    let folder = config.data.join(FOLDER);
    let (keys, names): (Box<dyn KeyProvider>, Vec<String>) = if settings.has_device() {
        device(settings)?
    } else {
        if !folder.join(TRUST).exists() {
            make(&folder, now)?;
        }
        let keys = FileKeys::new(&folder, false).map_err(fault)?;
        (Box::new(keys), vec!["seal".to_owned()])
    };
    let trust = match &settings.trust {
        Some(path) => read_trust(path)?,
        None if settings.has_device() => return Err(fault(WHOLE)),
        None if !settings.time_authorities.trim().is_empty() => return Err(fault(FOREIGN)),
        None => read_trust(&folder.join(TRUST))?,
    };
    let addresses = words(&settings.time_authorities);
    let authorities = match addresses.len() {
        0 if settings.has_device() => return Err(fault(WHOLE)),
        0 => Authorities::Local(Box::new(local(&folder)?)),
        1 => return Err(fault("seal.time_authorities needs two: one may be out of reach")),
        _ => Authorities::Remote(Client::new(addresses.iter().map(String::as_str)).map_err(fault)?),
    };
    let test = !settings.has_device();
    let lists = if test {
        Lists::Local(Box::new(local_lists(&folder)?))
    } else {
        Lists::Remote(lists::Client::new().map_err(fault)?)
    };
    let seal = Seal::new(keys, names, trust, authorities, lists, test);
    Ok(seal.with_national(settings.sm2_key.as_deref().map(national).transpose()?))
}

/// The test authority's own time authority.
fn local(folder: &Path) -> Result<LocalAuthority, StartFault> {
    let key = fs::read(folder.join("time.key"))
        .map(Zeroizing::new)
        .map_err(|error| StartFault::Io(folder.display().to_string(), error))?;
    let chain = FileKeys::new(folder, false).and_then(|keys| keys.certificate_chain("time"));
    let certificate = chain.map_err(fault)?.into_iter().next();
    let certificate = certificate.ok_or_else(|| fault("the time authority has no certificate"))?;
    let key = SoftKey::from_pkcs8(&key).map_err(fault)?;
    LocalAuthority::new(key, certificate).map_err(fault)
}

/// The key of the national signatures.
fn national(path: &Path) -> Result<SmKey, StartFault> {
    let told = |error: &dyn std::fmt::Display| fault(format!("{}: {error}", path.display()));
    let key = fs::read(path).map(Zeroizing::new).map_err(|error| told(&error))?;
    SmKey::from_pkcs8(&key).map_err(|error| told(&error))
}

/// The revocation lists of the test root.
fn local_lists(folder: &Path) -> Result<TestLists, StartFault> {
    let io = |error| StartFault::Io(folder.display().to_string(), error);
    let key = fs::read(folder.join("root.key"))
        .map(Zeroizing::new)
        .map_err(io)?;
    let chain = FileKeys::new(folder, false).and_then(|keys| keys.certificate_chain("root"));
    let root = chain.map_err(fault)?.into_iter().next();
    let root = root.ok_or_else(|| fault("the root has no certificate"))?;
    let revoked: Vec<TestRevoked> = match fs::read(folder.join(REVOKED)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(fault)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(io(error)),
    };
    TestLists::new(&root, &key, revoked).map_err(fault)
}

/// Makes the authority beside its place and moves it there, so that there is a whole one or none.
fn make(folder: &Path, now: DateTime<Utc>) -> Result<(), StartFault> {
    let io = |error: std::io::Error| StartFault::Io(folder.display().to_string(), error);
    let authority = TestAuthority::make(now - BEFORE).map_err(fault)?;
    let beside = folder.with_extension(format!("{:016x}", rand::random::<u64>()));
    fs::create_dir_all(&beside).map_err(io)?;
    authority.write(&beside).map_err(fault)?;
    let trust = serde_json::to_vec(&authority.trust()).map_err(fault)?;
    fs::write(beside.join(TRUST), trust).map_err(io)?;
    match fs::rename(&beside, folder) {
        // The process beside this one was first: its authority counts.
        Err(_) if folder.join(TRUST).exists() => fs::remove_dir_all(&beside).map_err(io),
        moved => moved.map_err(io),
    }
}

/// The device of the settings and the labels of its keys.
fn device(settings: &config::Seal) -> Result<(Box<dyn KeyProvider>, Vec<String>), StartFault> {
    let (Some(module), Some(pin)) = (&settings.module, &settings.pin_file) else {
        return Err(fault(WHOLE));
    };
    let names = words(&settings.keys);
    if settings.token.is_empty() || names.is_empty() {
        return Err(fault(WHOLE));
    }
    let pin = fs::read_to_string(pin)
        .map(|pin| Zeroizing::new(pin.trim_end().to_owned()))
        .map_err(|error| fault(format!("{}: {error}", pin.display())))?;
    let keys = TokenKeys::load(Settings {
        module: module.clone(),
        token: settings.token.clone(),
        pin,
    });
    let keys = keys.map_err(fault)?;
    // The wards go on without a seal: what cannot be sealed says so when it is asked for.
    if let Err(error) = keys.try_token() {
        tracing::error!(%error, "the device with the seal's keys does not answer: nothing can be sealed until it does");
    }
    Ok((Box::new(keys), names))
}

fn read_trust(path: &Path) -> Result<Trust, StartFault> {
    let told = |error: &dyn std::fmt::Display| fault(format!("{}: {error}", path.display()));
    let bytes = fs::read(path).map_err(|error| told(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| told(&error))
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
