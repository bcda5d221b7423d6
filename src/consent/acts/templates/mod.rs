//! Templates: what there is, what is wrong with a draft, and the way to publication and out of use.

mod check;
mod publish;
mod read;

pub use check::Unprintable;
pub use publish::*;
pub use read::*;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::base::Noun;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, StaffId};
use crate::consent::model::{TemplateEvent, TemplateStanding, TemplateState};
use crate::consent::{rules, store, templates};
use crate::ctx::{Ctx, Records};
use crate::people;

/// Somebody of the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// His account.
    pub id: StaffId,
    /// His name.
    pub name: String,
}

/// A template as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRow {
    /// Where it stands.
    pub standing: TemplateStanding,
    /// Whether consents are made from it now.
    pub in_effect: bool,
    /// Who wrote it; none for the release's.
    pub editor: Option<Person>,
    /// Who published it; none for what the release brought in effect.
    pub approver: Option<Person>,
    /// Whether its publication changed what women agree to.
    pub material_change: Option<bool>,
}

/// Everything on where the templates of a hospital stand.
struct Shelf {
    all: Vec<TemplateStanding>,
    events: Vec<TemplateEvent>,
    now: DateTime<Utc>,
}

impl Shelf {
    async fn open(
        r: &mut impl Records,
        ctx: &Ctx,
        facility: FacilityId,
        now: DateTime<Utc>,
    ) -> Result<Shelf> {
        Ok(Shelf {
            all: templates::all(r, ctx, facility, now).await?,
            events: store::template_events(r, facility).await?,
            now,
        })
    }

    /// Errors: `Missing`.
    fn standing(&self, id: &str) -> Result<&TemplateStanding> {
        let found = self.all.iter().find(|one| one.template.id == id);
        found.ok_or(Error::Missing(Noun::Template))
    }

    fn event(&self, id: &str, state: TemplateState) -> Option<&TemplateEvent> {
        self.events
            .iter()
            .find(|event| event.template == id && event.state == state)
    }

    /// Who stands for its text: whoever wrote it, and for one of the release whoever handed it in here.
    fn editor(&self, one: &TemplateStanding) -> Option<StaffId> {
        let handed_in = || self.event(&one.template.id, TemplateState::InReview);
        one.template
            .editor
            .or_else(|| handed_in().map(|event| event.staff))
    }

    /// What is in effect in a template's language and would be replaced by it.
    fn current(&self, one: &TemplateStanding) -> Option<&TemplateStanding> {
        rules::templates::in_effect(&self.all, &one.template.code, one.template.locale, self.now)
    }

    fn row(&self, one: &TemplateStanding, names: &Names) -> TemplateRow {
        let publication = self.event(&one.template.id, TemplateState::Published);
        TemplateRow {
            in_effect: self
                .current(one)
                .is_some_and(|current| current.template.id == one.template.id),
            editor: one.template.editor.map(|id| names.person(id)),
            approver: publication.map(|event| names.person(event.staff)),
            material_change: publication.and_then(|event| event.material_change),
            standing: one.clone(),
        }
    }
}

/// Names by account.
#[derive(Default)]
struct Names(BTreeMap<StaffId, String>);

impl Names {
    async fn of(r: &mut impl Records, facility: FacilityId, shelf: &Shelf) -> Result<Names> {
        let mut names = Names::default();
        let editors = shelf.all.iter().filter_map(|one| one.template.editor);
        for id in editors.chain(shelf.events.iter().map(|event| event.staff)) {
            if let Entry::Vacant(unknown) = names.0.entry(id) {
                let staff = people::facts::staff(r, facility, id).await?;
                unknown.insert(staff.map(|staff| staff.name).unwrap_or_default());
            }
        }
        Ok(names)
    }

    fn person(&self, id: StaffId) -> Person {
        Person {
            id,
            name: self.0.get(&id).cloned().unwrap_or_default(),
        }
    }
}

async fn row(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    id: &str,
    now: DateTime<Utc>,
) -> Result<TemplateRow> {
    let shelf = Shelf::open(r, ctx, facility, now).await?;
    let names = Names::of(r, facility, &shelf).await?;
    Ok(shelf.row(shelf.standing(id)?, &names))
}
