//! What one NAME stands for ("simple regex"), and lists of hosts and ports.
//!
//! After `ExpandSimpleRegxHostname` and `CvtHostPortStringToList`.
use super::{
    dialect::trim,
    numbers::{atoi, port_number},
};

/// At most so many hosts of a list are kept; the rest is cut off without a word.
const LIST_MAX: usize = 4;

/// The names that a NAME stands for, or `None` where its brackets make no sense.
pub fn names(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for item in split_outside_brackets(text) {
        expand(trimmed(item), &mut names)?;
    }
    Some(names)
}

fn trimmed(text: &str) -> &str {
    std::str::from_utf8(trim(text.as_bytes())).unwrap_or(text)
}

fn split_outside_brackets(text: &str) -> Vec<&str> {
    let mut inside = false;
    text.split(|c| {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ => {}
        }
        c == ',' && !inside
    })
    .collect()
}

fn expand(text: &str, names: &mut Vec<String>) -> Option<()> {
    let Some(open) = text.find('[') else {
        if text.contains(']') {
            return None;
        }
        names.push(text.to_owned());
        return Some(());
    };
    let (prefix, rest) = (&text[..open], &text[open + 1..]);
    let close = rest.find(']')?;
    let (area, suffix) = (trimmed(&rest[..close]), &rest[close + 1..]);
    if prefix.contains(']') || area.is_empty() || area.contains('[') {
        return None;
    }
    for piece in area.split(',').map(trimmed).filter(|piece| !piece.is_empty()) {
        for middle in range(piece)? {
            expand(&format!("{prefix}{middle}{suffix}"), names)?;
        }
    }
    Some(())
}

/// `3-5`, `a-c`, or one thing that is no range. Numbers lose their leading zeros.
fn range(piece: &str) -> Option<Vec<String>> {
    let Some((from, to)) = piece.split_once('-') else { return Some(vec![piece.to_owned()]) };
    let (from, to) = (trimmed(from), trimmed(to));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if number(from) && number(to) {
        let (from, to) = (atoi(from), atoi(to));
        return (from <= to).then(|| (from..=to).map(|n| n.to_string()).collect());
    }
    let (&[from], &[to]) = (from.as_bytes(), to.as_bytes()) else { return None };
    let same_case = (from.is_ascii_lowercase() && to.is_ascii_lowercase())
        || (from.is_ascii_uppercase() && to.is_ascii_uppercase());
    (same_case && from <= to).then(|| (from..=to).map(|b| char::from(b).to_string()).collect())
}

/// One item of ENDPOINTS and the like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPort {
    /// Host name or address, as written.
    pub host: String,
    /// The port, or the one that the list falls back to.
    pub port: i16,
}

/// The hosts of a list. What cannot be read is skipped.
pub fn host_ports(text: &str, default: i16) -> Vec<HostPort> {
    text.split(',').filter_map(|item| host_port(trimmed(item), default)).take(LIST_MAX).collect()
}

fn host_port(item: &str, default: i16) -> Option<HostPort> {
    let (host, port) = if let Some(rest) = item.strip_prefix('[') {
        let (host, behind) = rest.split_once(']')?;
        (host, if behind.is_empty() { None } else { Some(behind.strip_prefix(':')?) })
    } else if item.matches(':').count() == 1 {
        let (host, port) = item.split_once(':')?;
        (host, Some(port))
    } else {
        (item, None)
    };
    let is_host = |c: char| c.is_ascii_alphanumeric() || "._-:%".contains(c);
    if host.is_empty() || !host.chars().all(is_host) {
        return None;
    }
    let port = match port {
        None => default,
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            port_number(digits)
        }
        Some(_) => return None,
    };
    Some(HostPort { host: host.to_owned(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> String {
        names(text).map_or("refused".to_owned(), |names| names.join(" "))
    }

    #[test]
    fn a_name_stands_for_several() {
        assert_eq!(expanded("srv[1-3].example"), "srv1.example srv2.example srv3.example");
        assert_eq!(expanded("s[a-c]"), "sa sb sc");
        assert_eq!(expanded("s[x,y][1,2]"), "sx1 sx2 sy1 sy2");
        assert_eq!(expanded("[1 - 3]"), "1 2 3");
        assert_eq!(expanded("[1,,3]"), "1 3");
        assert_eq!(expanded("[2001:db8::1]"), "2001:db8::1");
        assert_eq!(expanded("a,,b"), "a  b");
    }

    #[test]
    fn brackets_that_make_no_sense_are_refused() {
        for text in ["srv[1-", "srv]1", "srv[]", "[3-1]", "[a-C]", "[[1]]", "[1-2-3]"] {
            assert_eq!(expanded(text), "refused", "{text}");
        }
    }

    #[test]
    fn items_that_cannot_be_read_are_skipped() {
        let hosts = host_ports("192.0.2.1:, 192.0.2.2:abc, =, h:9 ,", 7);
        assert_eq!(hosts, [HostPort { host: "h".to_owned(), port: 9 }]);
        assert_eq!(host_ports("a,b,c,d,e", 7).len(), 4);
    }
}
