//! Small words of the consent, parsed once.

use crate::people::model::Proxy;

crate::words! {
    /// Where a consent stands (CE §4.1).
    State {
        /// Being prepared; content is not hers to see.
        Draft = "draft",
        /// Released, content frozen.
        Issued = "issued",
        /// She has begun to read.
        Reading = "reading",
        /// All gates passed or waived with a reason.
        Ready = "ready",
        /// She has signed; the anesthesiologist has not.
        PatientSigned = "patient_signed",
        /// Countersigned, in force.
        Active = "active",
        /// What it covers is finished.
        Fulfilled = "fulfilled",
        /// Declined.
        Refused = "refused",
        /// Taken back.
        Withdrawn = "withdrawn",
        /// A newer one took its place.
        Superseded = "superseded",
        /// A deadline or its validity passed.
        Expired = "expired",
        /// Entered in error.
        Voided = "voided",
    }

    /// Where a template stands in a hospital (CE-034), in the order of its life.
    TemplateState {
        /// Being written.
        Draft = "draft",
        /// Checked by the program, waiting for a second person.
        InReview = "in_review",
        /// Released by two people; in effect from its time on.
        Published = "published",
        /// Another version took its place.
        Retired = "retired",
        /// Taken out of use for a defect of safety.
        Recalled = "recalled",
    }

    /// How much of the wording she is shown.
    ConsentForm {
        /// All of it.
        Full = "full",
        /// Core risks, her own and two questions, for a woman who arrives in labor (CE-203).
        Short = "short",
    }

    /// Where it was signed.
    Medium {
        /// On a screen.
        Electronic = "electronic",
        /// On paper, filed as a scan (T17).
        Paper = "paper",
    }

    /// The class of technique that she was told of; another one needs another consent (RC4).
    TechniqueClass {
        /// Epidural, combined spinal-epidural, dural puncture epidural: a catheter stays.
        Catheter = "catheter",
        /// A single spinal.
        SpinalSingle = "spinal_single",
        /// Anything else, as anesthesia for an operation.
        Other = "other",
    }

    /// When she took it back (T10).
    WithdrawalPhase {
        /// Before analgesia was started.
        Before = "before",
        /// While it runs or after.
        During = "during",
    }

    /// What stands between her and signing.
    Gate {
        /// The lessons that the template requires.
        Lessons = "lessons",
        /// Every section read to its end, for at least its floor.
        Reading = "reading",
        /// The questions answered.
        Comprehension = "comprehension",
    }

    /// How she and the doctor talked.
    Channel {
        /// Face to face.
        InPerson = "in_person",
        /// By video.
        Video = "video",
        /// By phone.
        Phone = "phone",
    }

    /// What the statement on her capacity rests on (decision at release).
    CapacityBasis {
        /// The anesthesiologist saw her.
        Seen = "seen",
        /// By video.
        Video = "video",
        /// From the record.
        Record = "record",
    }

    /// By whose right a consent is signed (CE §4.1); it never changes once released.
    Basis {
        /// She decides and signs herself.
        Patient = "patient",
        /// Her legal guardian signs, she assents where she can.
        Guardian = "guardian",
        /// Whom she authorized in writing signs for her.
        Agent = "agent",
        /// A near relative decides, two doctors having recorded why.
        NearRelative = "near_relative",
    }

    /// Who signs.
    SignerKind {
        /// She herself.
        Patient = "patient",
        /// Her legal guardian.
        Guardian = "guardian",
        /// Whom she authorized in writing.
        Agent = "agent",
        /// A near relative.
        Relative = "relative",
    }

    /// What a signature act is.
    ActKind {
        /// Hers.
        Patient = "patient",
        /// Her guardian's.
        Guardian = "guardian",
        /// Her agent's.
        Agent = "agent",
        /// A near relative's, who decides.
        Relative = "relative",
        /// A near relative's, who only takes note (CE-064).
        Acknowledgement = "acknowledgement",
        /// A staff member's, who saw her decide without writing.
        Witness = "witness",
        /// Her own words, by hand (CE-122).
        Handwritten = "handwritten",
        /// The anesthesiologist's.
        Clinician = "clinician",
    }

    /// How she says at the bedside that she still agrees (CE-201).
    YesHow {
        /// By a tap on the screen.
        Tap = "tap",
        /// Aloud.
        Spoken = "spoken",
    }

    /// What an agent may do.
    Power {
        /// Sign for her.
        Sign = "sign",
        /// Refuse for her.
        Refuse = "refuse",
        /// Take back for her.
        Withdraw = "withdraw",
        /// Take copies of her record and have it sealed in a dispute.
        Record = "record",
    }

    /// How she proved her identity before signing.
    ProofMethod {
        /// A code that staff gave her at the bedside.
        BedsideCode = "bedside_code",
        /// A fresh WeChat phone check against the number on record.
        WechatPhone = "wechat_phone",
        /// A code sent to the phone that the record confirms.
        OneTimeCode = "one_time_code",
        /// Her name, record number and birth date, as the record has them.
        RecordMatch = "record_match",
    }

    /// What she did on a page.
    ReadingKind {
        /// The document was opened.
        Open = "open",
        /// A section came on the screen.
        Visible = "visible",
        /// It left the screen.
        Hidden = "hidden",
        /// Its end was reached.
        ScrollEnd = "scroll_end",
        /// A part of its audio or video was played.
        MediaRange = "media_range",
        /// The document was closed or the app left.
        Close = "close",
    }

    /// Why a patient-signed consent goes back to her.
    ReturnReason {
        /// The strokes can't be recognized as hers.
        SignatureUnclear = "signature_unclear",
        /// Her identity has to be checked again.
        IdentityDoubt = "identity_doubt",
        /// Something has to be explained again.
        ExplanationNeeded = "explanation_needed",
        /// Something else, in words.
        Other = "other",
    }

    /// Why another consent is needed (CE §12.2).
    ReissueReason {
        /// The template changed in substance (RC1).
        TemplateChanged = "template_changed",
        /// The template was recalled (RC2).
        TemplateRecalled = "template_recalled",
        /// A risk is new or graver (RC3).
        RiskChanged = "risk_changed",
        /// Another class of technique (RC4).
        TechniqueChanged = "technique_changed",
        /// A new admission (RC5).
        NewAdmission = "new_admission",
        /// Who signs for her has changed (RC8).
        SignerChanged = "signer_changed",
        /// She asks for another language.
        Language = "language",
        /// Something else, in words.
        Other = "other",
    }

    /// Why a consent was entered in error (T16).
    VoidReason {
        /// Another woman's.
        WrongPatient = "wrong_patient",
        /// Another template's.
        WrongTemplate = "wrong_template",
        /// There is one already.
        Duplicate = "duplicate",
        /// Made to try something.
        Test = "test",
    }

    /// Why she says no; never required (CE-190).
    RefusalReason {
        /// The needle.
        Needle = "needle",
        /// Side effects.
        SideEffects = "side_effects",
        /// A natural birth.
        Natural = "natural",
        /// Cost.
        Cost = "cost",
        /// Her family's opinion.
        Family = "family",
        /// Another one.
        Other = "other",
    }

    /// Who interpreted.
    InterpreterKind {
        /// A staff member.
        Staff = "staff",
        /// A relative.
        Relative = "relative",
        /// A service.
        Service = "service",
    }
}

impl SignerKind {
    /// As whom staff check this person; none for herself.
    pub fn proxy(self) -> Option<Proxy> {
        match self {
            SignerKind::Patient => None,
            SignerKind::Guardian => Some(Proxy::Guardian),
            SignerKind::Agent => Some(Proxy::Agent),
            SignerKind::Relative => Some(Proxy::Relative),
        }
    }

    /// The act that this person's signature is.
    pub fn act(self) -> ActKind {
        match self {
            SignerKind::Patient => ActKind::Patient,
            SignerKind::Guardian => ActKind::Guardian,
            SignerKind::Agent => ActKind::Agent,
            SignerKind::Relative => ActKind::Relative,
        }
    }
}

impl State {
    /// Whether nothing leads out of it (CE-051).
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            State::Fulfilled
                | State::Refused
                | State::Withdrawn
                | State::Superseded
                | State::Expired
                | State::Voided
        )
    }
}
