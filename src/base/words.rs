//! A closed list of words: one literal is the stored word, the wire word and the journaled word.

/// Makes enums whose variants are words; ordered as listed.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* })*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(poem_openapi::Enum, serde::Serialize, serde::Deserialize)]
        $(#[$doc])*
        pub enum $name {
            $($(#[$about])* #[oai(rename = $word)] #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them, in the order of the list.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The stored word.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// Reads the stored word.
            pub fn parse(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    )*};
}
