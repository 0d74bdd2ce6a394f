//! As much of JSON Schema as the one of the status uses.

use std::collections::BTreeSet;

use serde_json::Value;

/// Compares values with a schema, as far as that one goes, and notes which parts of it were met.
pub(super) struct Reading<'a> {
    schema: &'a Value,
    pub(super) met: BTreeSet<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(schema: &'a Value) -> Self {
        Self { schema, met: BTreeSet::new() }
    }

    fn resolve(&self, part: &'a Value) -> (&'a Value, Option<&'a str>) {
        let Some(reference) = part["$ref"].as_str() else { return (part, None) };
        let name = reference.strip_prefix("#/$defs/").unwrap();
        (&self.schema["$defs"][name], Some(name))
    }

    /// What is wrong with `value`, if anything is.
    pub(super) fn compare(
        &mut self,
        part: &'a Value,
        value: &Value,
        at: &str,
    ) -> Result<(), String> {
        if let Some(choices) = part["anyOf"].as_array() {
            let mut choices = choices.iter().map(|choice| self.compare(choice, value, at));
            return choices.find(Result::is_ok).unwrap_or_else(|| Err(format!("{at}: {value}")));
        }
        let (part, name) = self.resolve(part);
        let at = name.unwrap_or(at);
        let known = |allowed: &Value| allowed == value;
        let types: Vec<_> =
            part["type"].as_array().into_iter().flatten().chain([&part["type"]]).collect();
        let has_type = |name: &str| types.iter().any(|known| *known == name);
        let fits = match value {
            _ if part["enum"].is_array() => part["enum"].as_array().unwrap().iter().any(known),
            _ if !part["const"].is_null() => known(&part["const"]),
            Value::Null => has_type("null"),
            Value::Bool(_) => has_type("boolean"),
            Value::Number(number) => {
                has_type("integer")
                    && number.as_i64() >= part["minimum"].as_i64().or(Some(i64::MIN))
            }
            Value::String(_) => has_type("string"),
            Value::Array(items) => {
                has_type("array")
                    && items.len()
                        <= part["maxItems"]
                            .as_u64()
                            .map_or(usize::MAX, |most| usize::try_from(most).unwrap())
            }
            Value::Object(_) => has_type("object"),
        };
        if !fits {
            return Err(format!("{at}: {value} is not as described"));
        }
        for item in value.as_array().into_iter().flatten() {
            self.compare(&part["items"], item, at)?;
        }
        let Some(fields) = value.as_object() else { return Ok(()) };
        for (field, value) in fields {
            let described = &part["properties"][field];
            if described["description"].as_str().is_none_or(str::is_empty) {
                return Err(format!("{at}.{field} is not described"));
            }
            self.met.insert(format!("{at}.{field}"));
            self.compare(described, value, field)?;
        }
        let required = part["required"].as_array().into_iter().flatten();
        match required
            .map(|field| field.as_str().unwrap())
            .find(|field| !fields.contains_key(*field))
        {
            Some(missing) => Err(format!("{at}.{missing} is missing")),
            None => Ok(()),
        }
    }
}

/// Every field that a schema describes.
pub(super) fn described(schema: &Value) -> BTreeSet<String> {
    let fields = |name: &str, part: &Value| {
        let properties = part["properties"].as_object().cloned().unwrap_or_default();
        properties.keys().map(|field| format!("{name}.{field}")).collect::<Vec<_>>()
    };
    let parts = schema["$defs"].as_object().unwrap();
    let parts = parts.iter().flat_map(|(name, part)| fields(name, part));
    parts.chain(fields("status", schema)).collect()
}
