//! Staff's routes.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, OpenApi};

use super::late::{BedsideIn, PaperIn};
use super::orders::{
    ConversationIn, CountersignIn, PrepareIn, QuestionAnswerIn, ReissueIn, ReleaseIn, ReturnIn, RisksIn,
    SpokenNoIn, VoidIn, WaiveIn,
};
use super::shown::{Of, Shown, marked};
use super::signing::{AuthorityIn, AuthorityOut};
use super::wire::{AskedOut, ConsentOut, ConsentPageOut};
use crate::base::PageRequest;
use crate::base::id::{ConsentId, PatientId};
use crate::consent::acts::{self, ListQuestion};
use crate::consent::model::State;
use crate::ctx::Ctx;
use crate::http::answer::{CopyOfDocument, Created, CreatedVersioned, List, Versioned};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// What is due.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Due {
    /// A countersignature.
    Countersign,
}

/// The hospital's consents.
pub struct StaffApi;

#[OpenApi]
impl StaffApi {
    /// Consents, newest first
    #[oai(path = "/consents", method = "get", operation_id = "consent.list_staff")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// In this state.
        state: Query<Option<State>>,
        /// Waiting for this.
        due: Query<Option<Due>>,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<ConsentOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let question = ListQuestion {
            state: state.0,
            due_countersign: due.0.is_some(),
        };
        Ok(Json(List::of(
            acts::list(&ctx, &caller.0, question, page).boxed().await?,
        )))
    }

    /// Prepare a consent for a woman
    #[oai(path = "/consents", method = "post", operation_id = "consent.prepare")]
    async fn prepare(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<PrepareIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let consent = acts::prepare(&ctx, &caller.0, body.patient).boxed().await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }

    /// One consent with her own risks and the decision on each
    #[oai(path = "/consents/:id", method = "get", operation_id = "consent.get_staff")]
    async fn get(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
    ) -> Result<Versioned<ConsentPageOut>, Failure> {
        let view = acts::get(&ctx, &caller.0, id.0).boxed().await?;
        let version = view.consent.revision;
        Ok(Versioned::of(view, version))
    }

    /// Decide which of her risks she is shown
    #[oai(path = "/consents/:id/risks", method = "put", operation_id = "consent.risks")]
    async fn risks(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<RisksIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::risks(&ctx, &caller.0, id.0, body.0.into()).boxed().await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// Release it; what she is shown is frozen
    #[oai(
        path = "/consents/:id/release",
        method = "post",
        operation_id = "consent.release"
    )]
    async fn release(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<ReleaseIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::release(&ctx, &caller.0, id.0, body.0.try_into()?)
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// What she sees, byte for byte
    #[oai(
        path = "/consents/:id/presented",
        method = "get",
        operation_id = "consent.presented_staff"
    )]
    async fn presented(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        /// The tag of the bytes that the client has.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Shown, Failure> {
        let shown = acts::presented(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Shown::of(shown, if_none_match.0.as_deref()))
    }

    /// Record the explanation
    #[oai(
        path = "/consents/:id/conversation",
        method = "post",
        operation_id = "consent.conversation"
    )]
    async fn conversation(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<ConversationIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let consent = acts::conversation(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }

    /// Answer a question of hers, or close it with a reason
    #[oai(
        path = "/consents/:id/answers",
        method = "post",
        operation_id = "consent.answer"
    )]
    async fn answer(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<QuestionAnswerIn>,
    ) -> Result<CreatedVersioned<AskedOut>, Failure> {
        let (consent, asked) = acts::answer(&ctx, &caller.0, id.0, body.0.into()).boxed().await?;
        Ok(CreatedVersioned::of(asked, consent.revision))
    }

    /// Close a gate with a reason
    #[oai(path = "/consents/:id/waive", method = "post", operation_id = "consent.waive")]
    async fn waive(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<WaiveIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let WaiveIn {
            gate,
            reason,
            teach_back,
        } = body.0;
        let waived = acts::waive(&ctx, &caller.0, id.0, gate, &reason, teach_back.as_deref()).boxed();
        let consent = waived.await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }

    /// Countersign; the consent is in force
    #[oai(
        path = "/consents/:id/countersign",
        method = "post",
        operation_id = "consent.countersign"
    )]
    async fn countersign(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<CountersignIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::countersign(&ctx, &caller.0, id.0, body.0.try_into()?)
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// Send it back to her for a defect
    #[oai(
        path = "/consents/:id/return",
        method = "post",
        operation_id = "consent.return"
    )]
    async fn send_back(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<ReturnIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::send_back(&ctx, &caller.0, id.0, body.reason, body.note.as_deref())
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// Confirm it at the bedside
    #[oai(
        path = "/consents/:id/bedside",
        method = "post",
        operation_id = "consent.bedside"
    )]
    async fn bedside(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<BedsideIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let consent = acts::bedside(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }

    /// Record the written authority of an agent of hers
    #[oai(
        path = "/patients/:id/authorities",
        method = "post",
        operation_id = "consent.authorize"
    )]
    async fn authorize(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
        body: Json<AuthorityIn>,
    ) -> Result<Created<AuthorityOut>, Failure> {
        Ok(Created::of(
            acts::authorize(&ctx, &caller.0, id.0, body.0.into())
                .boxed()
                .await?,
        ))
    }

    /// Record a refusal that she said aloud
    #[oai(
        path = "/consents/:id/refuse",
        method = "post",
        operation_id = "consent.refuse_staff"
    )]
    async fn refuse(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<SpokenNoIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::refuse(&ctx, &caller.0, id.0, body.0.into()).boxed().await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// Record that she takes it back, said aloud; it takes effect at once
    #[oai(
        path = "/consents/:id/withdraw",
        method = "post",
        operation_id = "consent.withdraw_staff"
    )]
    async fn withdraw(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<SpokenNoIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::withdraw(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// Begin another one in its place
    #[oai(
        path = "/consents/:id/reissue",
        method = "post",
        operation_id = "consent.reissue"
    )]
    async fn reissue(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<ReissueIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let draft = acts::reissue(&ctx, &caller.0, id.0, body.reason, body.note.as_deref())
            .boxed()
            .await?;
        let version = draft.revision;
        Ok(CreatedVersioned::of(draft, version))
    }

    /// Mark it as entered in error, two people
    #[oai(path = "/consents/:id/void", method = "post", operation_id = "consent.void")]
    async fn void(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<VoidIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let VoidIn {
            reason,
            note,
            attestation,
        } = body.0;
        let word = attestation.as_deref();
        let consent = acts::void(&ctx, &caller.0, id.0, reason, note.as_deref(), word)
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// File an original that was signed on paper, two people; it is in force
    #[oai(path = "/consents/:id/paper", method = "post", operation_id = "consent.paper")]
    async fn paper(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<PaperIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::paper(&ctx, &caller.0, id.0, body.0.try_into()?)
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// The signed document, or the record of her refusal or withdrawal
    #[oai(
        path = "/consents/:id/document",
        method = "get",
        operation_id = "consent.document_staff"
    )]
    async fn document(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        /// Which; the signed consent if absent, or the decision where there was never one.
        of: Query<Option<Of>>,
    ) -> Result<CopyOfDocument, Failure> {
        let copy = acts::document(&ctx, &caller.0, id.0, of.0.map(Into::into))
            .boxed()
            .await?;
        Ok(marked(id.0, copy))
    }
}
