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
    /// The level of a finding with this effect.
    pub fn level(self) -> Level {
        match self {
            Self::Works | Self::MayNotStart => Level::Warning,
            Self::Harms | Self::DoesNotStart | Self::DoesNotLoad => Level::Error,
        }
    }
}

macro_rules! codes {
    ($($name:ident $text:literal $effect:ident $help:literal)*) => {
        /// A rule. Its text is stable and listed in the page about the rules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is named after its text, and the page explains it")]
        pub enum Code { $($name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its text.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means for chmpx.
            pub fn effect(self) -> Effect {
                match self { $(Self::$name => Effect::$effect,)* }
            }

            /// What to do about it.
            pub fn help(self) -> &'static str {
                match self { $(Self::$name => $help,)* }
            }
        }
    };
}

codes! {
    // The text.
    ByteOrderMark "byte-order-mark" Works "save the file without a byte order mark"
    NulByte "nul-byte" Works "remove the NUL byte"
    NotUtf8 "not-utf8" Works "save the file as UTF-8"
    CarriageReturn "carriage-return" Works "end lines with a line feed"
    NoFinalNewline "no-final-newline" Works "end the file with a line feed, so that a cut shows"
    BeforeSections "before-sections" Works "move the line into a section"
    UnknownSection "unknown-section" Works "use [GLOBAL], [SVRNODE], [SLVNODE] or [K2HDKC]"
    SectionCase "section-case" Works "write the section's name in capital letters, without blanks"
    BrokenHeader "broken-header" Works "let the line hold the section's name in brackets and nothing else"
    SectionOrder "section-order" Works "put [GLOBAL] first, then the servers, then the slaves"
    UnreadableLine "unreadable-line" Works "close the quote, or double the backslash"
    EmptyKey "empty-key" Works "write a key before the `=`"
    NoEquals "no-equals" Works "write `KEY = VALUE`, or `#` before a remark"
    UnknownKey "unknown-key" Works "remove the key, or correct its name"
    KeyCase "key-case" Works "write the key in capital letters"
    Include "include" Harms "put the other file's lines here"
    RepeatedKey "repeated-key" Works "keep one of the two lines"
    HashInValue "hash-in-value" Works "put a blank before the `#` of a remark, or quote the value"
    // [GLOBAL].
    NoGroup "no-group" DoesNotLoad "add `GROUP = NAME` to [GLOBAL]"
    BadGroup "bad-group" DoesNotStart "choose a GROUP of 1 to 200 bytes without `/`"
    OddGroup "odd-group" Works "choose a GROUP of at most 200 printable characters"
    NoFileVersion "no-fileversion" DoesNotLoad "add `FILEVERSION = 1` to [GLOBAL]"
    OddFileVersion "odd-fileversion" Works "write a number from 0 to 2147483647"
    BareFileVersion "bare-fileversion" Harms "write `FILEVERSION = 1`: the agent puts its generation there"
    NoMode "no-mode" Works "add `MODE = SLAVE` to [GLOBAL]"
    BadMode "bad-mode" DoesNotLoad "write `MODE = SLAVE`"
    ServerMode "server-mode" Harms "write `MODE = SLAVE`: this host is to be a slave node"
    NoSelfInServers "no-self-in-servers" DoesNotLoad "write `MODE = SLAVE`"
    BadIdType "bad-idtype" DoesNotLoad "choose NAME, CUK, CTLENDPOINTS or CUSTOM"
    NoDeliverMode "no-delivermode" DoesNotLoad "add `DELIVERMODE = hash` to [GLOBAL]"
    BadDeliverMode "bad-delivermode" DoesNotLoad "choose hash or random"
    BadBoolean "bad-boolean" DoesNotLoad "write ON, YES, OFF or NO"
    BadNumber "bad-number" DoesNotLoad "write a number in the range of this key"
    FatalNumber "fatal-number" DoesNotStart "write a number in the range of this key"
    HarmfulNumber "harmful-number" Harms "write a number in the range of this key"
    HugeNumber "huge-number" MayNotStart "choose a smaller number"
    OddNumber "odd-number" Works "write plain decimal digits, in the range of this key"
    NoSelfCtlPort "no-self-ctlport" Works "add SELFCTLPORT to [GLOBAL]"
    OddPort "odd-port" Works "choose a port from 1 to 32767"
    // Nodes.
    NoServers "no-servers" DoesNotLoad "add a [SVRNODE] with a NAME"
    NoSlaves "no-slaves" DoesNotLoad "add a [SLVNODE] with a NAME"
    NamelessNode "nameless-node" Works "add a NAME to the section"
    BadServerName "bad-server-name" DoesNotLoad "correct the NAME: one bracket each, ranges like [1-3] or [a-c]"
    EmptyServerName "empty-server-name" Works "remove the superfluous comma"
    TooManyNames "too-many-names" DoesNotLoad "narrow the range in the NAME"
    NoPort "no-port" DoesNotLoad "add the port to the section or to [GLOBAL]"
    NoIdKey "no-id-key" DoesNotLoad "add the key that CHMPXIDTYPE calls for"
    EmptyIdKey "empty-id-key" DoesNotStart "give the key that CHMPXIDTYPE calls for a value"
    LongId "long-id" Harms "shorten it to at most 2047 bytes"
    HugeId "huge-id" DoesNotStart "shorten it to at most 2047 bytes"
    LongName "long-name" Works "shorten it to at most 1024 bytes"
    BadEndpoint "bad-endpoint" Works "write `host` or `host:port`, separated by commas"
    ManyEndpoints "many-endpoints" Works "list at most four"
    MergedNode "merged-node" Works "remove one of the two sections"
    SameServer "same-server" Works "remove one of the two servers, or tell them apart"
    TooManyServers "too-many-servers" Harms "raise MAXCHMPX above the number of servers, and restart chmpx"
    BadPattern "bad-pattern" Works "correct the expression"
    LoosePattern "loose-pattern" Works "anchor it, as in `^192[.]0[.]2[.]1$`, if only this one is meant"
    OpenPattern "open-pattern" Works "name the slaves that are meant"
    UnresolvedName "unresolved-name" Works "give the name an address in /etc/hosts or DNS"
    // TLS.
    TlsWithoutSsl "tls-without-ssl" DoesNotLoad "remove the key, or switch SSL on"
    TlsIncomplete "tls-incomplete" DoesNotLoad "add the certificate and its key"
    TlsPath "tls-path" DoesNotLoad "put the file in place on this host, or correct its path"
    TlsPathUnknown "tls-path-unknown" MayNotStart "make the path readable for the agent"
    TlsMinVersion "tls-min-version" DoesNotLoad "choose DEFAULT or TLSV1.2"
    // This host among the nodes.
    SelfMissing "self-missing" DoesNotStart "register this host, or correct NAME, CTLPORT and CUK of its [SLVNODE]"
    SelfUnclear "self-unclear" MayNotStart "give the name an address in /etc/hosts or DNS"
    SelfPort "self-port" DoesNotStart "choose a CTLPORT from 1 to 32767 for this host"
    SelfTwice "self-twice" Works "keep one [SLVNODE] for this host"
    SelfShadowed "self-shadowed" Harms "narrow the other entry, or remove it"
    SelfIsServer "self-is-server" DoesNotLoad "remove the [SVRNODE] of this host, or give it another CTLPORT or CUK"
    SelfTakenForServer "self-taken-for-server" Harms "remove the [SVRNODE], or give it another CTLPORT or CUK"
    // What members of the role can put into each other's files.
    SmuggledSection "smuggled-section" Harms "find the member with that NAME in K2HR3, and remove it"
    SmuggledKey "smuggled-key" Harms "find the member with that NAME in K2HR3, and remove it"
    SmuggledControl "smuggled-control" Harms "find the member with that NAME in K2HR3, and remove it"
    TooManySlaves "too-many-slaves" Harms "find out who registered so many hosts in K2HR3"
}

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
    }
}
