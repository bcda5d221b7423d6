//! The hospital's own OpenID provider, by which its staff log in.

use serde::{Deserialize, Serialize};

use super::Secret;

/// The provider of one hospital.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SingleSignOn {
    /// Code of the hospital.
    pub facility: String,
    /// The provider's issuer; its settings are read from `.well-known/openid-configuration` below it.
    pub issuer: String,
    /// What the provider knows this service by.
    pub client_id: String,
    /// Its secret there.
    pub client_secret: Secret,
    /// The page to which the provider sends the browser back; it hands `code` and `state` in.
    pub redirect_url: String,
    /// Words of the claims `amr` and `acr` that stand for a second factor; without one the account's own is asked for.
    pub second_factor: Vec<String>,
    /// For a stand-in in a closed network; never in production.
    pub allow_http: bool,
}
