//! Recording the picture of a character that no font has (CE-152).

use serde_json::json;
use tracing::instrument;

use crate::base::canonical::sha256;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::CharacterPictureId;
use crate::base::{Act, Code, Page, PageRequest, Subject};
use crate::consent::model::{CharacterPicture, code};
use crate::consent::store;
use crate::ctx::Ctx;
use crate::evidence::fonts::Why;
use crate::files::clean::Unfit;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;

/// The largest picture that is taken, bytes.
const LARGEST: usize = 64 << 10;

/// A picture to be recorded.
#[derive(Clone, Debug)]
pub struct NewCharacter {
    /// The character, one and no other.
    pub character: String,
    /// What it is made of.
    pub description: String,
    /// PNG; none for what was not even base 64.
    pub picture: Option<Vec<u8>>,
}

/// Staff record the picture of a character that no font has; documents draw it from then on. The newest counts, and those
/// that are printed keep the one that they were made with.
///
/// Errors: `http.invalid` for what is not one character or no picture of one, with `in_font` for a character that a font
/// has, with `character` for one that can't stand in a document at all; `http.too_large`.
#[instrument(name = "consent.record_character", skip_all)]
pub async fn record_character(ctx: &Ctx, caller: &Caller, new: NewCharacter) -> Result<CharacterPicture> {
    policy::allowed(caller, Act::ConsentRecordCharacter)?;
    let staff = caller.staff()?;
    let mut faults = Faults::default();
    let description = faults.text(&new.description, "/description", 1, 100);
    faults.check(new.picture.is_some(), "/picture", "format");
    faults.done()?;
    let sent = new.picture.unwrap_or_default();
    if sent.len() > LARGEST {
        return Err(Error::Malformed(Code::HttpTooLarge));
    }
    let character = only(ctx, &new.character).await?;
    let png = ctx.files.character(sent).await?.map_err(|why| {
        Error::invalid(
            "/picture",
            match why {
                Unfit::Unknown => "format",
                Unfit::Unreadable => "unreadable",
                Unfit::TooManyPixels => "too_many_pixels",
            },
        )
    })?;
    let mut tx = once!(ctx, Act::ConsentRecordCharacter, caller);
    let picture = CharacterPicture {
        id: tx.id(),
        character,
        description,
        sha256: hex::encode(sha256(&png)),
        png,
        staff: staff.id,
        at: tx.now,
    };
    store::add_character(&mut tx, staff.facility, &picture).await?;
    let detail = json!({ "character": picture.code(), "sha256": picture.sha256 });
    tx.journal(caller, Subject::thing("character_picture", picture.id), detail)
        .await?;
    tx.commit_with(&picture).await?;
    Ok(picture)
}

/// The one character, which no font has and which may stand in a document.
async fn only(ctx: &Ctx, text: &str) -> Result<char> {
    let broken = |error: crate::evidence::document::RenderError| Error::Broken(Box::new(error));
    let mut characters = text.chars();
    let (Some(character), None) = (characters.next(), characters.next()) else {
        return Err(Error::invalid("/character", "format"));
    };
    let missing = ctx.press.check(character.to_string()).await.map_err(broken)?;
    match missing.first().map(|one| one.why) {
        Some(Why::NoFont) => Ok(character),
        Some(why) => {
            let params = json!({ "character": code(character), "position": 0, "reason": why.code() });
            let fault = Fault::field("/character", "character").with(params);
            Err(Error::Invalid(Code::HttpInvalid, vec![fault]))
        }
        None => Err(Error::invalid("/character", "in_font")),
    }
}

/// The recorded pictures of the hospital, newest first.
#[instrument(name = "consent.characters", skip_all)]
pub async fn characters(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<CharacterPicture>> {
    policy::allowed(caller, Act::ConsentCharacters)?;
    let facility = caller.staff()?.facility;
    let after: Option<CharacterPictureId> = page.after("characters")?;
    let rows = store::all_characters(&mut ctx.view(), facility, after, page.limit + 1).await?;
    Ok(page.page(rows, "characters", |picture| picture.id))
}
