//! The SQL of people and nothing else.

/// Of a destroyed record nothing can be told: for the rows of a table that stands under this name.
macro_rules! not_destroyed {
    ($table:literal) => {
        concat!(
            " and not exists (select 1 from patient p where p.id = ",
            $table,
            ".patient_id and p.destroyed_at is not null)"
        )
    };
}

/// Sealings of a hospital ($1) that have not ended, as `s`.
macro_rules! standing_seals {
    () => {
        " from record_seal s left join record_seal_release e on e.seal_id = s.id \
         where s.facility_id = $1 and e.seal_id is null"
    };
}

mod accounts;
mod assessments;
mod binding;
mod copies;
mod guardians;
mod held;
mod journal;
mod passkeys;
mod patients;
mod proxies;
mod qualifications;
mod requests;
mod rights;
mod seal_files;
mod seals;
mod sessions;
mod sign_on;
mod staff;
mod totp;
mod wechat;

pub use accounts::*;
pub use assessments::*;
pub use binding::*;
pub use copies::*;
pub use guardians::*;
pub use held::*;
pub use journal::*;
pub use passkeys::*;
pub use patients::*;
pub use proxies::*;
pub use qualifications::*;
pub use requests::*;
pub use rights::*;
pub use seal_files::*;
pub use seals::*;
pub use sessions::*;
pub use sign_on::*;
pub use staff::*;
pub use totp::*;
pub use wechat::*;
