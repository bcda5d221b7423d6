//! What documents can't show: the fonts have it, or else a recorded picture of the character stands for it (CE-152).

use std::collections::BTreeSet;

use serde_json::Value;

use super::model::CharacterPicture;
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::ctx::{Ctx, Records};
use crate::evidence::document::RenderError;
use crate::evidence::fonts::{MissingChar, Why};

/// The characters of a text that a document of this hospital can't show, neither by a font nor by a picture.
pub async fn unprintable(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    text: String,
) -> Result<Vec<MissingChar>> {
    let mut missing = ctx.press.check(text).await.map_err(broken)?;
    let recorded = store::characters(r, facility, &of_no_font(&missing)).await?;
    let has_picture = |one: &MissingChar| {
        one.why == Why::NoFont && recorded.iter().any(|picture| picture.character == one.character)
    };
    missing.retain(|one| !has_picture(one));
    Ok(missing)
}

/// The pictures that the data of a document need.
pub async fn needed(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    data: &Value,
) -> Result<Vec<CharacterPicture>> {
    let mut all = BTreeSet::new();
    collect(data, &mut all);
    let missing = ctx.press.check(all.into_iter().collect()).await.map_err(broken)?;
    store::characters(r, facility, &of_no_font(&missing)).await
}

/// The pictures as the press takes them.
pub fn drawn(pictures: &[CharacterPicture]) -> Vec<(char, Vec<u8>)> {
    let drawn = pictures
        .iter()
        .map(|picture| (picture.character, picture.png.clone()));
    drawn.collect()
}

fn of_no_font(missing: &[MissingChar]) -> Vec<char> {
    let of_font = missing.iter().filter(|one| one.why == Why::NoFont);
    let all: BTreeSet<char> = of_font.map(|one| one.character).collect();
    all.into_iter().collect()
}

fn collect(data: &Value, all: &mut BTreeSet<char>) {
    match data {
        Value::String(text) => all.extend(text.chars()),
        Value::Array(list) => list.iter().for_each(|one| collect(one, all)),
        Value::Object(members) => members.values().for_each(|one| collect(one, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn broken(error: RenderError) -> Error {
    Error::Broken(Box::new(error))
}
