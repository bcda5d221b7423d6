//! Every operation's name, one list. The dotted name is the policy row, the function, the OpenAPI operation id,
//! the tracing span, the journal entry and the chapter of the tests; chosen by hand, never changed.

macro_rules! acts {
    ($($(#[$doc:meta])* $variant:ident = $word:literal $(, $key:ident)?;)*) => {
        /// An operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Act { $($(#[$doc])* $variant,)* }

        impl Act {
            /// Every act.
            pub const ALL: &'static [Act] = &[$(Act::$variant,)*];

            /// The dotted name.
            pub fn word(self) -> &'static str {
                match self { $(Act::$variant => $word,)* }
            }

            /// Whether an `Idempotency-Key` must come with it: it records a clinical or a legal fact.
            pub fn needs_key(self) -> bool {
                match self { $(Act::$variant => acts!(@key $($key)?),)* }
            }
        }
    };
    (@key) => { false };
    (@key keyed) => { true };
}

acts! {
    /// She logs in with a WeChat code.
    PeopleLogInPatient = "people.log_in_patient";
    /// Staff log in with a password.
    PeopleLogInStaff = "people.log_in_staff";
    /// A session ends.
    PeopleLogOut = "people.log_out";
    /// Her profile.
    PeopleMe = "people.me";
    /// She changes her profile.
    PeopleUpdateMe = "people.update_me";
    /// She binds her phone number by WeChat's button.
    PeopleBindPhone = "people.bind_phone";
    /// Her agreements.
    PeopleAgreements = "people.agreements";
    /// She gives or withdraws an agreement.
    PeopleAgree = "people.agree";
    /// Where she can enroll.
    PeopleFacilities = "people.facilities";
    /// The staff member's own account.
    PeopleStaffMe = "people.staff_me";
    /// Staff change their password.
    PeopleChangePassword = "people.change_password";
    /// A fresh proof of the staff member's presence.
    PeopleStepUp = "people.step_up";
    /// A second person's word for an act.
    PeopleAttest = "people.attest";
    /// The facility's accounts.
    PeopleStaffList = "people.staff_list";
    /// A new account.
    PeopleStaffAdd = "people.staff_add";
    /// One account.
    PeopleStaffGet = "people.staff_get";
    /// An account changes or is disabled.
    PeopleStaffUpdate = "people.staff_update";
    /// A new one-time password for an account.
    PeopleStaffReset = "people.staff_reset";
    /// The facility and its settings.
    PeopleFacilityGet = "people.facility_get";
    /// The facility's settings change.
    PeopleFacilityUpdate = "people.facility_update";
    /// A facility is added from the command line.
    PeopleFacilityAdd = "people.facility_add";
    /// An invitation that binds her account.
    PeopleInvite = "people.invite";
    /// Staff check who she is.
    PeopleIdentityCheck = "people.identity_check";
    /// Who saw or did what.
    PeopleAudit = "people.audit";
    /// What content is loaded and what awaits confirmation.
    PeopleContent = "people.content";
}
