//! Every rule: its code and effect, an example, what chmpx does with that, and what to do.

use super::Effect;

codes! {
    "The text" {
        ByteOrderMark "byte-order-mark" Works
            "EF BB BF before `[GLOBAL]`"
            "takes it for text, so that a header behind it is none; harmless before a remark"
            "save the file without a byte order mark"
        NulByte "nul-byte" Works
            "a NUL in a value"
            "reads keys and values up to the NUL only; a header with one is none"
            "remove the NUL byte"
        NotUtf8 "not-utf8" Works
            "Latin-1 text"
            "takes the bytes as they are"
            "save the file as UTF-8"
        CarriageReturn "carriage-return" Works
            "lines that end in CR LF, or CR alone"
            "cuts CR at both ends of a line; lines that end in CR alone are a single line"
            "end lines with a line feed"
        NoFinalNewline "no-final-newline" Works
            "`SSL = no` as the last bytes"
            "reads the line all the same; a file that was cut looks like this"
            "end the file with a line feed, so that a cut shows"
        TooLong "too-long" Harms
            "more than 2 MiB, with the key of this node filled in"
            "reads it; the agent could not read it back, and would not know it again"
            "shorten the file: the longest names or keys, or the remarks"
        BeforeSections "before-sections" Works
            "`GROUP = g` above `[GLOBAL]`"
            "passes over the line"
            "move the line into a section"
        UnknownSection "unknown-section" Works
            "`[OTHER]`"
            "passes over all its lines; `[K2HDKC]` is for another program and not reported"
            "use [GLOBAL], [SVRNODE], [SLVNODE] or [K2HDKC]"
        SectionCase "section-case" Works
            "`[global]`, `[ SVRNODE ]`"
            "takes it for an unknown section, whose lines are lost"
            "write the section's name in capital letters, without blanks"
        BrokenHeader "broken-header" Works
            "`[SVRNODE] # first`"
            "takes it for a key of the section above, which then gets the next lines, too"
            "let the line hold the section's name in brackets and nothing else"
        SectionOrder "section-order" Works
            "`[SLVNODE]` before `[SVRNODE]`"
            "works; but such a file, cut short, may load with fewer servers"
            "put [GLOBAL] first, then the servers, then the slaves"
        UnreadableLine "unreadable-line" Works
            "`NAME = \"srv1`"
            "drops the line; a mandatory key is then missing"
            "close the quote, or double the backslash"
        EmptyKey "empty-key" Works
            "`= 1`"
            "drops the line"
            "write a key before the `=`"
        NoEquals "no-equals" Works
            "`; remark`"
            "takes the whole line for a key without value"
            "write `KEY = VALUE`, or `#` before a remark"
        UnknownKey "unknown-key" Works
            "`MAXCHMPXS = 1`"
            "passes over it, without a word"
            "remove the key, or correct its name"
        KeyCase "key-case" Works
            "`maxchmpx = 1`"
            "passes over it: keys are written in capital letters"
            "write the key in capital letters"
        Include "include" Harms
            "`INCLUDE = /etc/more.ini`"
            "never includes anything: the code for it cannot be reached"
            "put the other file's lines here"
        RepeatedKey "repeated-key" Works
            "`GROUP = a` and `GROUP = b`"
            "takes the last one"
            "keep one of the two lines"
        HashInValue "hash-in-value" Works
            "`GROUP = g# mine`"
            "keeps the `#`: a remark needs a blank before it"
            "put a blank before the `#` of a remark, or quote the value"
    }
    "[GLOBAL]" {
        NoGroup "no-group" DoesNotLoad
            "no GROUP"
            "calls it mandatory"
            "add `GROUP = NAME` to [GLOBAL]"
        BadGroup "bad-group" DoesNotStart
            "`GROUP =`, `GROUP = a/b`, 240 bytes"
            "cannot name its files and queues"
            "choose a GROUP of 1 to 200 bytes without `/`"
        OddGroup "odd-group" Works
            "201 bytes, or a control character"
            "uses it in the names of files"
            "choose a GROUP of at most 200 printable characters"
        NoFileVersion "no-fileversion" DoesNotLoad
            "no FILEVERSION"
            "calls it mandatory"
            "add `FILEVERSION = 1` to [GLOBAL]"
        OddFileVersion "odd-fileversion" Works
            "`FILEVERSION = 2147483648`"
            "wraps at 32 bits; reads words as 0"
            "write a number from 0 to 2147483647"
        BareFileVersion "bare-fileversion" Harms
            "`FILEVERSION` without `=`"
            "reads it as 0; the agent has no place for its generation"
            "write `FILEVERSION = 1`: the agent puts its generation there"
        LostGeneration "lost-generation" Harms
            "a FILEVERSION that is read back as another number than the agent put there"
            "shows a version by which the agent cannot know the file"
            "write `FILEVERSION = 1` on a line of its own"
        NoMode "no-mode" Works
            "no MODE"
            "becomes a server if it finds itself among the servers, else a slave"
            "add `MODE = SLAVE` to [GLOBAL]"
        BadMode "bad-mode" DoesNotLoad
            "`MODE = salve`"
            "knows SERVER and SLAVE, in any case of letters"
            "write `MODE = SLAVE`"
        ServerMode "server-mode" Harms
            "`MODE = SERVER`"
            "would be a server node"
            "write `MODE = SLAVE`: this host is to be a slave node"
        NoSelfInServers "no-self-in-servers" DoesNotLoad
            "`MODE = SERVER` on a slave"
            "does not find itself among the servers"
            "write `MODE = SLAVE`"
        BadIdType "bad-idtype" DoesNotLoad
            "`CHMPXIDTYPE = SEED`"
            "knows NAME, CUK, CTLENDPOINTS, CTLEPS and CUSTOM"
            "choose NAME, CUK, CTLENDPOINTS or CUSTOM"
        NoDeliverMode "no-delivermode" DoesNotLoad
            "no DELIVERMODE"
            "calls it mandatory"
            "add `DELIVERMODE = hash` to [GLOBAL]"
        BadDeliverMode "bad-delivermode" DoesNotLoad
            "`DELIVERMODE =`"
            "knows random and hash"
            "choose hash or random"
        BadBoolean "bad-boolean" DoesNotLoad
            "`MQACK = 1`, `SSL = true`"
            "knows ON, YES, OFF and NO; in slaves it does not look"
            "write ON, YES, OFF or NO"
        BadNumber "bad-number" DoesNotLoad
            "`SOCKTHREADCNT = -1`, `MAXSOCKPOOL = 0`"
            "refuses it"
            "write a number in the range of this key"
        FatalNumber "fatal-number" DoesNotStart
            "`MAXCHMPX = 0`, `MQPERATTACH = x`, `K2HMASKBIT = 64`"
            "crashes, or gives up, at its start"
            "write a number in the range of this key"
        HarmfulNumber "harmful-number" Harms
            "`MAXMQSERVER = 0`, `MAXMQCLIENT = 0`, `K2HCMASKBIT = -1`"
            "runs, and its clients cannot attach or crash"
            "write a number in the range of this key"
        HugeNumber "huge-number" MayNotStart
            "`SOCKTHREADCNT = 100000`, `K2HCMASKBIT = 20`"
            "starts threads, or writes files of zeros, in this number"
            "choose a smaller number"
        OddNumber "odd-number" Works
            "`RETRYCNT = ten`, `MAXHISTLOG = 99999`"
            "reads digits up to the first other letter, and cuts to what it allows"
            "write plain decimal digits, in the range of this key"
        NoSelfCtlPort "no-self-ctlport" Works
            "no SELFCTLPORT"
            "takes any entry of this host for its own, a server's before a slave's"
            "add SELFCTLPORT to [GLOBAL]"
        OddPort "odd-port" Works
            "`PORT = 40000`"
            "cuts it to a signed 16-bit number: this one is -25536 and works nowhere"
            "choose a port from 1 to 32767"
    }
    "Nodes" {
        NoServers "no-servers" DoesNotLoad
            "no `[SVRNODE]` with a NAME"
            "wants at least one"
            "add a [SVRNODE] with a NAME"
        NoSlaves "no-slaves" DoesNotLoad
            "no `[SLVNODE]` with a NAME"
            "wants at least one"
            "add a [SLVNODE] with a NAME"
        NamelessNode "nameless-node" Works
            "`[SLVNODE]` without NAME"
            "drops the section"
            "add a NAME to the section"
        BadServerName "bad-server-name" DoesNotLoad
            "`NAME = srv[1-`, `NAME =`"
            "cannot expand it"
            "correct the NAME: one bracket each, ranges like [1-3] or [a-c]"
        EmptyServerName "empty-server-name" Works
            "`NAME = ,srv1`"
            "makes a server without a name"
            "remove the superfluous comma"
        TooManyNames "too-many-names" DoesNotLoad
            "`NAME = srv[1-100000]`"
            "resolves each, for hours, and cannot hold them"
            "narrow the range in the NAME"
        TooMuchToExpand "too-much-to-expand" Harms
            "a hundred sections with `NAME = srv[1-9999]`"
            "knows no bound: it works out every name, and the agent does not"
            "narrow the ranges in the NAMEs"
        NoPort "no-port" DoesNotLoad
            "a server without PORT, and none in `[GLOBAL]`"
            "wants one; 65535 in `[GLOBAL]` is none"
            "add the port to the section or to [GLOBAL]"
        NoIdKey "no-id-key" DoesNotLoad
            "`CHMPXIDTYPE = CUK` and a node without CUK"
            "wants the key in every node; CUSTOM_ID_SEED in servers only"
            "add the key that CHMPXIDTYPE calls for"
        EmptyIdKey "empty-id-key" DoesNotStart
            "`CUSTOM_ID_SEED =` in a server or in this host's entry"
            "takes it while running, and fails at the next start"
            "give the key that CHMPXIDTYPE calls for a value"
        LongId "long-id" Harms
            "a CUK of 2048 bytes"
            "copies it over what lies behind it"
            "shorten it to at most 2047 bytes"
        HugeId "huge-id" DoesNotStart
            "a CUK of 60000 bytes"
            "crashes"
            "shorten it to at most 2047 bytes"
        LongName "long-name" Works
            "a NAME of 1025 bytes"
            "keeps a server without a name"
            "shorten it to at most 1024 bytes"
        BadEndpoint "bad-endpoint" Works
            "`ENDPOINTS = srv1:`"
            "leaves the item out"
            "write `host` or `host:port`, separated by commas"
        ManyEndpoints "many-endpoints" Works
            "five items"
            "keeps the first four"
            "list at most four"
        MergedNode "merged-node" Works
            "two sections of one NAME and CTLPORT text"
            "makes one of them, the later keys winning"
            "remove one of the two sections"
        SameServer "same-server" Works
            "two servers with one CUSTOM_ID_SEED"
            "lists both under one id"
            "remove one of the two servers, or tell them apart"
        TooManyServers "too-many-servers" Harms
            "64 servers and `MAXCHMPX = 64`"
            "corrupts its table: it has a place for this host, too"
            "raise MAXCHMPX above the number of servers, and restart chmpx"
        UnreachableServer "unreachable-server" Harms
            "`PORT = 40000` of a server"
            "never connects to it: the port is cut to a signed 16-bit number, here -25536"
            "give the server a PORT and a CTLPORT from 1 to 32767"
        BadPattern "bad-pattern" Works
            "`NAME = (` in a slave"
            "never matches anything with it"
            "correct the expression"
        LoosePattern "loose-pattern" Works
            "`NAME = 10.0.0.1` in a slave"
            "also matches 10.0.0.12: it is an unanchored POSIX expression"
            "anchor it, as in `^192[.]0[.]2[.]1$`, if only this one is meant"
        OpenPattern "open-pattern" Works
            "`NAME = .*` in a slave"
            "matches every host"
            "name the slaves that are meant"
        UnresolvedName "unresolved-name" Works
            "a server's name without address"
            "never reaches the server; names that resolve slowly block it"
            "give the name an address in /etc/hosts or DNS"
    }
    "TLS" {
        TlsWithoutSsl "tls-without-ssl" DoesNotLoad
            "`CAPATH`, `SERVER_CERT`, `SLAVE_CERT` or `SSL_MIN_VER` where nothing uses TLS"
            "refuses leftovers"
            "remove the key, or switch SSL on"
        TlsIncomplete "tls-incomplete" DoesNotLoad
            "`SSL = yes` without SERVER_CERT or SERVER_PRIKEY"
            "wants both, and client certificates everywhere if any server verifies"
            "add the certificate and its key"
        TlsPath "tls-path" DoesNotLoad
            "a certificate of a *server* that is not on this host"
            "wants every file to exist here"
            "put the file in place on this host, where chmpx's user can enter, or correct its path"
        TlsPathUnknown "tls-path-unknown" MayNotStart
            "a path that the agent may not look at"
            "depends on what is there"
            "make the path readable for the agent"
        TlsUnreadable "tls-unreadable" Harms
            "a SLAVE_PRIKEY of this host that only root can read, and a chmpx of another user"
            "sees that it exists, and then reaches no server that uses TLS"
            "let the user that chmpx runs as read it: chown, or chmod"
        TlsMinVersion "tls-min-version" DoesNotLoad
            "`SSL_MIN_VER = TLSV1.4`"
            "knows DEFAULT, SSLV2, SSLV3 and TLSV1.0 to TLSV1.3"
            "choose DEFAULT or TLSV1.2"
    }
    "This host among the nodes" {
        SelfMissing "self-missing" DoesNotStart
            "no `[SLVNODE]` with this host's name, CTLPORT and CUK"
            "takes the file while running, and does not find itself at the next start"
            "register this host, or correct NAME, CTLPORT and CUK of its [SLVNODE]"
        SelfUnclear "self-unclear" MayNotStart
            "the own NAME did not resolve in time"
            "depends on the answer"
            "give the name an address in /etc/hosts or DNS"
        SelfPattern "self-pattern" MayNotStart
            "`NAME = ^vm` for this host, which is called vm1"
            "tries expressions on addresses, and on a host name only if DNS itself knows that"
            "name the slave in full, or by its address"
        SelfPort "self-port" DoesNotStart
            "own `CTLPORT = 40000`"
            "cannot listen on -25536"
            "choose a CTLPORT from 1 to 32767 for this host"
        SelfTwice "self-twice" Works
            "two entries match this host"
            "takes the first by the order of names"
            "keep one [SLVNODE] for this host"
        SelfShadowed "self-shadowed" Harms
            "`NAME = .*`, `CUK = .*` beside the own entry"
            "takes the other one's seed and id for its own"
            "narrow the other entry, or remove it"
        SelfIsServer "self-is-server" DoesNotLoad
            "a `[SVRNODE]` with this host's name, CTLPORT and CUK"
            "refuses to be a slave then"
            "remove the [SVRNODE] of this host, or give it another CTLPORT or CUK"
        SelfTakenForServer "self-taken-for-server" Harms
            "a `[SVRNODE]` of this host whose CUK matches as an expression"
            "takes the server's entry for its own"
            "remove the [SVRNODE], or give it another CTLPORT or CUK"
    }
    "What members can smuggle in" {
        SmuggledSection "smuggled-section" Harms
            "a tag `evil`, line feed, `[SVRNODE]`, line feed, `NAME = 10.6.6.6`"
            "takes it for a server, and connects to it"
            "find the member with that NAME in K2HR3, and remove it"
        SmuggledKey "smuggled-key" Harms
            "a tag `evil`, line feed, `CUK = x`"
            "takes the last of equal keys"
            "find the member with that NAME in K2HR3, and remove it"
        SmuggledControl "smuggled-control" Harms
            "an escape character in a tag"
            "takes it into names"
            "find the member with that NAME in K2HR3, and remove it"
        TooManySlaves "too-many-slaves" Harms
            "10,001 `[SLVNODE]` sections"
            "compares every connection with each of them"
            "find out who registered so many hosts in K2HR3"
    }
}
