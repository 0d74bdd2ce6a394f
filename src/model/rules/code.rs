//! The codes of all rules, with what breaking each one means and what to do about it.

use std::fmt;

/// What becomes of a chmpx that is shown a file with this finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It takes the file and works, perhaps not as the writer meant.
    Works,
    /// It takes the file; whether it also starts with it is not known.
    MayNotStart,
    /// It takes the file and starts, but does harm later. Such a file is not installed.
    Harms,
    /// A running chmpx takes the file, the next one does not start.
    DoesNotStart,
    /// A running chmpx ends itself.
    DoesNotLoad,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The file may be installed.
    Warning,
    /// The file is refused.
    Error,
}

impl Level {
    /// Its word in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Effect {
    /// Every effect, the worst first.
    pub const ALL: &[Self] =
        &[Self::DoesNotLoad, Self::DoesNotStart, Self::Harms, Self::MayNotStart, Self::Works];

    /// Its words in the manual.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::MayNotStart => "may not start",
            Self::Harms => "harms",
            Self::DoesNotStart => "does not start",
            Self::DoesNotLoad => "does not load",
        }
    }

    /// What a running chmpx, its next start and the agent do.
    pub fn consequences(self) -> [&'static str; 3] {
        match self {
            Self::Works => ["takes the file", "works", "installs it"],
            Self::MayNotStart => ["takes the file", "not known", "does not install it"],
            Self::Harms => ["takes the file", "works", "refuses the file, for what comes later"],
            Self::DoesNotStart => ["takes the file", "fails or crashes", "refuses the file"],
            Self::DoesNotLoad => ["ends itself, with exit code 0", "fails", "refuses the file"],
        }
    }

    /// The level of a finding with this effect.
    pub fn level(self) -> Level {
        match self {
            Self::Works | Self::MayNotStart => Level::Warning,
            Self::Harms | Self::DoesNotStart | Self::DoesNotLoad => Level::Error,
        }
    }
}

macro_rules! codes {
    ($($title:literal { $(
        $name:ident $text:literal $effect:ident $example:literal $chmpx:literal $help:literal
    )* })*) => {
        /// A rule. Its text is stable and listed in the page about the rules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is named after its text, and the page explains it")]
        pub enum Code { $($($name,)*)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$($(Self::$name,)*)*];

            /// Every code under the title of what it is about.
            pub const GROUPS: &[(&str, &[Self])] = &[$(($title, &[$(Self::$name,)*]),)*];

            /// Its text.
            pub fn as_str(self) -> &'static str {
                match self { $($(Self::$name => $text,)*)* }
            }

            /// What it means for chmpx.
            pub fn effect(self) -> Effect {
                match self { $($(Self::$name => Effect::$effect,)*)* }
            }

            /// What breaks it, with code between backquotes.
            pub fn example(self) -> &'static str {
                match self { $($(Self::$name => $example,)*)* }
            }

            /// What chmpx does with that, as the end of a sentence that begins with `chmpx`.
            pub fn chmpx(self) -> &'static str {
                match self { $($(Self::$name => $chmpx,)*)* }
            }

            /// What to do about it.
            pub fn help(self) -> &'static str {
                match self { $($(Self::$name => $help,)*)* }
            }
        }
    };
}

mod list;

pub use list::Code;

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rules_share_a_code() {
        let mut texts: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Code::ALL.len());
        assert_eq!(Code::UnknownKey.to_string(), "unknown-key");
    }

    #[test]
    fn a_level_is_called_by_its_word() {
        let levels = [Level::Warning, Level::Error];
        assert_eq!(levels.map(|level| level.to_string()), ["warning", "error"]);
    }

    #[test]
    fn only_a_file_that_works_is_installed_and_only_one_that_does_not_load_ends_chmpx() {
        for effect in Effect::ALL {
            let [runs, starts, agent] = effect.consequences();
            assert_eq!(agent == "installs it", *effect == Effect::Works);
            assert_eq!(runs == "takes the file", *effect != Effect::DoesNotLoad);
            assert_eq!(starts.starts_with("fails"), *effect >= Effect::DoesNotStart);
        }
        let words: Vec<_> = Effect::ALL.iter().map(|effect| effect.as_str()).collect();
        let expected = ["does not load", "does not start", "harms", "may not start", "works"];
        assert_eq!(words, expected);
    }
}
