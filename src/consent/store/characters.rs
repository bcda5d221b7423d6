//! Recorded pictures of characters: insert-only, the newest of a character counts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{CharacterPictureId, FacilityId, StaffId};
use crate::consent::model::CharacterPicture;
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct PictureRow {
    id: CharacterPictureId,
    code_point: i64,
    description: Sealed,
    png: Sealed,
    sha256: String,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

const COLUMNS: &str = "id, code_point, description, png, sha256, staff_id, at";

/// Keeps a picture.
pub async fn add_character(tx: &mut Tx, facility: FacilityId, picture: &CharacterPicture) -> Result<()> {
    let (place, id) = (Some(facility), picture.id);
    let description = tx
        .seal(place, id, Class::FreeText, "description", &picture.description)
        .await?;
    let png = tx
        .seal_bytes(place, id, Class::Document, "png", &picture.png)
        .await?;
    tx.q(
        "insert into character_picture (id, facility_id, code_point, description, png, sha256, staff_id, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(facility)
    .bind(i64::from(u32::from(picture.character)))
    .bind(description)
    .bind(png)
    .bind(picture.sha256.clone())
    .bind(picture.staff)
    .bind(picture.at)
    .run()
    .await?;
    Ok(())
}

/// The newest picture of each of these characters that has one, in their order.
pub async fn characters(
    r: &mut impl Records,
    facility: FacilityId,
    wanted: &[char],
) -> Result<Vec<CharacterPicture>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let marks = placeholders(2, wanted.len());
    let text = format!(
        "select {COLUMNS} from character_picture p where p.facility_id = $1 and p.code_point in ({marks}) \
         and not exists (select 1 from character_picture n where n.facility_id = p.facility_id \
           and n.code_point = p.code_point and n.id > p.id) order by p.code_point"
    );
    let mut query = r.q(text).bind(facility);
    for character in wanted {
        query = query.bind(i64::from(u32::from(*character)));
    }
    let rows: Vec<PictureRow> = query.all().await?;
    opened(r, rows).await
}

/// All pictures, newest first, after a key.
pub async fn all_characters(
    r: &mut impl Records,
    facility: FacilityId,
    after: Option<CharacterPictureId>,
    limit: i64,
) -> Result<Vec<CharacterPicture>> {
    let text = format!(
        "select {COLUMNS} from character_picture where facility_id = $1 and id < $2 order by id desc limit $3"
    );
    let rows: Vec<PictureRow> = r
        .q(text)
        .bind(facility)
        .bind(after.unwrap_or(CharacterPictureId(Uuid::max())))
        .bind(limit)
        .all()
        .await?;
    opened(r, rows).await
}

async fn opened(r: &mut impl Records, rows: Vec<PictureRow>) -> Result<Vec<CharacterPicture>> {
    let mut pictures = Vec::with_capacity(rows.len());
    for row in rows {
        let code_point = u32::try_from(row.code_point).ok().and_then(char::from_u32);
        pictures.push(CharacterPicture {
            character: code_point.ok_or_else(|| Error::broken("a picture of no character"))?,
            description: r.open(row.id, "description", &row.description).await?,
            png: r.open_bytes(row.id, "png", &row.png).await?.to_vec(),
            id: row.id,
            sha256: row.sha256,
            staff: row.staff_id,
            at: row.at,
        });
    }
    Ok(pictures)
}
