//! Who logged in with a code of WeChat's, for a minute: a client that lost our answer sends it again, and WeChat would
//! refuse its second use. Sealed, for the cache may be another machine's and what it holds names her.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::base::error::{Error, Result};
use crate::ctx::Ctx;
use crate::people::secret;
use crate::vault;

const PURPOSE: &[u8] = b"people/log-in/v1";
const FOR: Duration = Duration::from_secs(60);

/// Her openid and, where WeChat told it, her unionid.
pub type Person = (String, Option<String>);

/// The place of one code.
pub struct Remembered {
    name: String,
    key: Zeroizing<[u8; 32]>,
}

impl Remembered {
    /// Errors: `Broken` when the vault gives no key.
    pub fn of(ctx: &Ctx, code: &str) -> Result<Remembered> {
        let name = format!("login:{}", hex::encode(secret::digest(code)));
        let key = <[u8; 32]>::try_from(ctx.vault.blind(None, "login", &name));
        let key = key.map_err(|_| Error::broken("a keyed digest has another length"))?;
        Ok(Remembered {
            name,
            key: Zeroizing::new(key),
        })
    }

    /// Who logged in with it; none where nobody did, or what is kept does not open.
    pub async fn get(&self, ctx: &Ctx) -> Option<Person> {
        let sealed = ctx.cache.get(&self.name).await?;
        let plain = vault::open_under(&self.key, PURPOSE, &sealed)?;
        serde_json::from_slice(&plain).ok()
    }

    /// Remembers who did.
    pub async fn put(&self, ctx: &Ctx, person: &Person) -> Result<()> {
        let plain = Zeroizing::new(serde_json::to_vec(person)?);
        if let Some(sealed) = vault::seal_under(&self.key, PURPOSE, &plain) {
            ctx.cache.put(&self.name, sealed, FOR).await;
        }
        Ok(())
    }
}
