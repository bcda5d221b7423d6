//! The two documents, each of the routes of all slices, in the order in which the patient meets them.

use poem_openapi::{OpenApi, OpenApiService};

use crate::content::Unsettled;
use crate::forms::model::{Hooks, Marked};
use crate::people::model::Keepers;
use crate::{analgesia, assessment, consent, education, episode, followup, forms, people, quality};

/// What a mini-program bundles a client of.
pub fn patient() -> OpenApiService<impl OpenApi, ()> {
    let routes = (
        (people::api::PatientApi, people::api::PatientSessionsApi),
        (people::api::PatientRightsApi, people::api::PatientCopiesApi),
        episode::api::PatientApi,
        (education::api::PatientApi, education::api::ClassesPatientApi),
        forms::api::PatientApi,
        (consent::api::PatientApi, consent::api::VoicePatientApi),
        consent::api::ProvedPatientApi,
        analgesia::api::PatientApi,
    );
    OpenApiService::new(routes, "Muan 母安: patient API", "1.0.0")
        .description("What a pregnant woman's phone calls. Errors are problem details (RFC 9457) with a stable `code`.")
        .url_prefix("/api/patient/v1")
}

/// What the clinic calls.
pub fn staff() -> OpenApiService<impl OpenApi, ()> {
    let routes = (
        (
            people::api::StaffApi,
            people::api::StaffSessionsApi,
            people::api::SignOnApi,
            people::api::PasskeysApi,
            people::api::TotpApi,
            people::api::QualificationsApi,
        ),
        people::api::StaffRightsApi,
        (
            people::api::SealsApi,
            people::api::CopiesApi,
            people::api::AssessmentsApi,
        ),
        (
            episode::api::StaffApi,
            episode::api::AccessApi,
            episode::api::LossApi,
        ),
        (forms::api::StaffApi, education::api::ClassesStaffApi),
        assessment::api::StaffApi,
        (consent::api::StaffApi, consent::api::VoiceStaffApi),
        consent::api::AfterApi,
        consent::api::StrokesApi,
        consent::api::CharactersApi,
        consent::api::ProvedStaffApi,
        consent::api::TemplatesApi,
        analgesia::api::StaffApi,
        followup::api::StaffApi,
        (
            quality::api::StaffApi,
            quality::api::SupplyApi,
            quality::api::CasesApi,
            quality::api::ReferralsApi,
            quality::api::AllianceApi,
        ),
        (
            quality::api::ComparedApi,
            quality::api::TrainingsApi,
            quality::api::DraftsApi,
        ),
    );
    OpenApiService::new(routes, "Muan 母安: staff API", "1.0.0")
        .description("What the clinic, the ward and the quality office call. Errors are problem details (RFC 9457) with a stable `code`.")
        .url_prefix("/api/staff/v1")
}

/// Who listens when a form is submitted.
pub fn hooks() -> Hooks {
    Hooks(vec![assessment::on_submitted, followup::on_submitted])
}

/// What the slices keep of a woman, and do for her rights.
pub fn keepers() -> Keepers {
    Keepers {
        all: vec![
            episode::KEEPER,
            education::KEEPER,
            forms::KEEPER,
            assessment::KEEPER,
            consent::KEEPER,
            analgesia::KEEPER,
            followup::KEEPER,
            quality::KEEPER,
        ],
        agency: consent::AGENCY,
        characters: consent::CHARACTERS,
        heard: episode::heard,
    }
}

/// What awaits a clinician beside the content.
pub fn unsettled() -> Unsettled {
    || {
        analgesia::limits::unconfirmed()
            .chain(quality::unconfirmed())
            .collect()
    }
}

/// Who judged submitted answers.
pub fn marked() -> Marked {
    assessment::marked
}
