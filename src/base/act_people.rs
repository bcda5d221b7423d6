//! What came later of people and of who reads: a part of the list in [`super::act`].

macro_rules! with_people {
    ($($before:tt)*) => {
        $crate::base::act_school::with_school! {
            $($before)*
            /// The sessions in which somebody is logged in now.
            PeopleSessions = "people.sessions";
            /// Somebody ends one of his sessions.
            PeopleEndSession = "people.end_session";
            /// Somebody ends all his sessions but this one.
            PeopleEndOtherSessions = "people.end_other_sessions";
            /// Staff end all her sessions and let her account go: her phone is lost.
            PeopleEndHerSessions = "people.end_her_sessions";
            /// Staff ask to log in by their hospital's provider.
            PeopleLogInSignOnBegin = "people.log_in_sign_on_begin";
            /// Staff log in by their hospital's provider.
            PeopleLogInSignOn = "people.log_in_sign_on";
            /// The provider's person is taken off an account.
            PeopleStaffResetSignOn = "people.staff_reset_sign_on";
            /// Staff ask for a passkey.
            PeopleEnrollPasskey = "people.enroll_passkey";
            /// Staff hand in the passkey that their authenticator made.
            PeopleConfirmPasskey = "people.confirm_passkey";
            /// The passkeys of a staff member.
            PeoplePasskeys = "people.passkeys";
            /// Staff take one of their passkeys away.
            PeopleRemovePasskey = "people.remove_passkey";
            /// Staff ask to log in with a passkey.
            PeopleLogInPasskeyBegin = "people.log_in_passkey_begin";
            /// Staff log in with a passkey.
            PeopleLogInPasskey = "people.log_in_passkey";
            /// Who looked at her record.
            PeopleAccessLog = "people.access_log";
            /// Somebody who treats her no longer opens her record, and says why.
            EpisodeAccess = "episode.access";
            /// The records that were opened so.
            EpisodeAccesses = "episode.accesses";
            /// The quality office judges whether a record was opened rightly.
            EpisodeReviewAccess = "episode.review_access";
            /// The key that wraps all data keys is replaced.
            JournalRotateKeys = "journal.rotate_keys";
        }
    };
}

pub(super) use with_people;
