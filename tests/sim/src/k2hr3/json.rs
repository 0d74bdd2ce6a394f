//! A JSON value as the server's JavaScript has it: members keep their order, numbers are doubles.
//!
//! The order matters because every answer carries an `ETag` over its bytes.

mod text;

use std::fmt;
use std::str::FromStr;

/// Any JSON value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Json {
    /// `null`, and what JavaScript calls undefined.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Members),
}

/// The members of an object, in the order in which they were first set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Members(Vec<(String, Json)>);

impl Members {
    /// The value under `name`.
    pub fn find(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Sets `name`; a member that is there already keeps its place.
    pub fn set(&mut self, name: &str, value: Json) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Lays `others` over these.
    pub fn merge(&mut self, others: &Self) {
        for (name, value) in others.iter() {
            self.set(name, value.clone());
        }
    }

    /// All members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Json {
    /// An object with these members.
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(Members(
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ))
    }

    /// The text, when this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The members, when this is an object.
    pub fn as_members(&self) -> Option<&Members> {
        match self {
            Self::Object(members) => Some(members),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Text(_) => None,
        }
    }

    /// The member `name`, when this is an object that has it.
    pub fn member(&self, name: &str) -> Option<&Self> {
        self.as_members().and_then(|members| members.find(name))
    }

    /// The text, or null where it is empty.
    pub(crate) fn text_or_null(text: &str) -> Self {
        if text.is_empty() { Self::Null } else { text.into() }
    }
}

/// The JSON text.
impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&serde_json::to_string(self).or(Err(fmt::Error))?)
    }
}

impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Json {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Self::List(items)
    }
}

impl FromIterator<(String, Json)> for Members {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Self {
        let mut all = Self::default();
        for (name, value) in members {
            all.set(&name, value);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_whole_numbers_have_no_point() {
        let text = r#"{"b":8020,"a":[null,true,1.5,-3],"c":{"z":"é\n"}}"#;
        assert_eq!(text.parse::<Json>().unwrap().to_string(), text);
    }

    #[test]
    fn a_member_set_twice_keeps_its_place() {
        let text = r#"{"b":1,"a":2,"b":3}"#;
        assert_eq!(text.parse::<Json>().unwrap().to_string(), r#"{"b":3,"a":2}"#);
    }
}
