//! What the list of [`super::act`] becomes: an enum of operations with their names and whether they need a key.

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
                match self { $(Act::$variant => $crate::base::act_macro::acts!(@key $($key)?),)* }
            }
        }
    };
    (@key) => { false };
    (@key keyed) => { true };
}

pub(super) use acts;
