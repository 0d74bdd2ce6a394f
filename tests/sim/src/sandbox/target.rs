//! The file that chmpx reads, as a bystander reads it: lines, no more of its dialect than the
//! sandbox itself publishes.

/// The text of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Target(pub(super) String);

impl Target {
    /// How many servers it names.
    pub(super) fn servers(&self) -> usize {
        self.0.lines().filter(|line| line.trim() == "[SVRNODE]").count()
    }

    /// The number by which chmpx can tell it from another.
    pub(super) fn generation(&self) -> Option<i32> {
        let mut values = self.0.lines().filter_map(|line| line.split_once('='));
        let (_, value) = values.find(|(key, _)| key.trim() == "FILEVERSION")?;
        value.trim().parse().ok()
    }

    /// What it says, a node to an entry: comments, blank lines and the blanks within lines left
    /// out.
    pub(super) fn entries(&self) -> Vec<String> {
        let mut entries: Vec<String> = Vec::new();
        let mut in_node = false;
        for line in self.0.lines().map(squeezed) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match entries.last_mut() {
                Some(node) if in_node && !line.starts_with('[') => {
                    node.push_str("  ");
                    node.push_str(&line);
                }
                _ => {
                    in_node = line.ends_with("NODE]");
                    entries.push(line);
                }
            }
        }
        entries
    }
}

fn squeezed(line: &str) -> String {
    match line.split_once('=') {
        Some((key, value)) => format!("{}={}", key.trim(), value.trim()),
        None => line.trim().to_owned(),
    }
}

/// `text` with another value in the line of `key`.
pub(super) fn with_value(text: &str, key: &str, value: &str) -> String {
    let replaced = |line: &str| match line.split_once('=') {
        Some((found, _)) if found.trim() == key => format!("{found}= {value}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Comment\n[GLOBAL]\nFILEVERSION = 7\nMODE=SLAVE\n\n\
        [SVRNODE]\nNAME   = a\nCUK = \n[SLVNODE]\nNAME = b\n";

    #[test]
    fn a_node_is_one_entry() {
        let target = Target(TEXT.to_owned());
        assert_eq!(target.servers(), 1);
        assert_eq!(target.generation(), Some(7));
        let nodes = ["[SVRNODE]  NAME=a  CUK=", "[SLVNODE]  NAME=b"];
        assert_eq!(target.entries()[3..], nodes);
        assert_eq!(target.entries()[..3], ["[GLOBAL]", "FILEVERSION=7", "MODE=SLAVE"]);
    }

    #[test]
    fn only_the_line_of_the_key_changes() {
        let changed = with_value(TEXT, "FILEVERSION", "8");
        assert_eq!(changed, TEXT.replace("= 7", "= 8"));
    }
}
