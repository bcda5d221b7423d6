//! Pictures of characters that no font has.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::base::PageRequest;
use crate::base::id::{CharacterPictureId, StaffId};
use crate::consent::acts::{self, NewCharacter};
use crate::consent::model::CharacterPicture;
use crate::ctx::Ctx;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// What stands in documents for characters that no font has.
pub struct CharactersApi;

#[OpenApi]
impl CharactersApi {
    /// Record the picture of a character that no font has
    #[oai(
        path = "/characters",
        method = "post",
        operation_id = "consent.record_character"
    )]
    async fn record(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<CharacterIn>,
    ) -> Result<Created<CharacterOut>, Failure> {
        Ok(Created::of(
            acts::record_character(&ctx, &caller.0, body.0.into())
                .boxed()
                .await?,
        ))
    }

    /// The recorded pictures, newest first; of one character the newest counts
    #[oai(path = "/characters", method = "get", operation_id = "consent.characters")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<CharacterOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::characters(&ctx, &caller.0, page).boxed().await?,
        )))
    }
}

/// The picture of a character that no font has.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CharacterIn {
    /// The character, one.
    character: String,
    /// What it is made of, as an ideographic description sequence or in words, 1–100 characters.
    description: String,
    /// A PNG in base 64: black on white or see-through, sides of 32–2000 pixels, at most 64 KiB.
    picture: String,
}

impl From<CharacterIn> for NewCharacter {
    fn from(body: CharacterIn) -> NewCharacter {
        NewCharacter {
            character: body.character,
            description: body.description,
            picture: STANDARD.decode(body.picture).ok(),
        }
    }
}

/// A recorded picture.
#[derive(Clone, Debug, Object)]
pub struct CharacterOut {
    /// Its id.
    id: CharacterPictureId,
    /// The character.
    character: String,
    /// `U+` and its number.
    code_point: String,
    /// What it is made of.
    description: String,
    /// The picture as it is drawn, a PNG in base 64: gray, 256 pixels high.
    picture: String,
    /// Its SHA-256, lower-case hex; the evidence names it.
    sha256: String,
    /// Who recorded it.
    recorded_by: StaffId,
    /// When.
    at: DateTime<Utc>,
}

impl From<CharacterPicture> for CharacterOut {
    fn from(picture: CharacterPicture) -> CharacterOut {
        CharacterOut {
            code_point: picture.code(),
            id: picture.id,
            character: picture.character.to_string(),
            description: picture.description,
            picture: STANDARD.encode(picture.png),
            sha256: picture.sha256,
            recorded_by: picture.staff,
            at: picture.at,
        }
    }
}
