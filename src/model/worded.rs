//! Enums whose variants each have a word that is shown, stored or counted: one list for both, so that
//! none can be forgotten.

/// Makes an enum of variants with their words, the list of all, and its forms in JSON.
macro_rules! worded {
    (
        $(#[$what:meta])*
        pub enum $Enum:ident { $($(#[$doc:meta])* $name:ident $word:literal,)+ }
    ) => {
        $(#[$what])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $Enum {
            $($(#[$doc])* #[serde(rename = $word)] $name,)+
        }

        impl $Enum {
            /// Every one.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$name),+];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

pub(in crate::model) use worded;
