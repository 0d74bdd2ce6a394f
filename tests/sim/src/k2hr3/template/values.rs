//! JavaScript's idea of values.

use super::Broken;
use crate::k2hr3::json::Json;

pub(super) fn calculated(operator: &str, left: Json, right: Json) -> Result<Json, Broken> {
    let both = || (number(&left), number(&right));
    let texts = matches!(left, Json::Text(_)) || matches!(right, Json::Text(_));
    Ok(match operator {
        "&&" => {
            if is_true(&left) {
                right
            } else {
                left
            }
        }
        "||" => {
            if is_true(&left) {
                left
            } else {
                right
            }
        }
        "+" if texts => Json::Text(printed(&left) + &printed(&right)),
        "+" => Json::Number(both().0 + both().1),
        "-" => Json::Number(both().0 - both().1),
        "*" => Json::Number(both().0 * both().1),
        "/" | "%" if number(&right).abs() < f64::MIN_POSITIVE => return Err(Broken::Run),
        "/" => Json::Number(both().0 / both().1),
        "%" => Json::Number(both().0 % both().1),
        "==" | "===" => Json::Bool(are_equal(&left, &right)),
        "!=" | "!==" => Json::Bool(!are_equal(&left, &right)),
        "<" => Json::Bool(both().0 < both().1),
        ">" => Json::Bool(both().0 > both().1),
        "<=" => Json::Bool(both().0 <= both().1),
        _ => Json::Bool(both().0 >= both().1),
    })
}

fn are_equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Text(left), Json::Text(right)) => left == right,
        (Json::Null, _) | (_, Json::Null) => left == right,
        (Json::Number(_), _) | (_, Json::Number(_)) => {
            (number(left) - number(right)).abs() < f64::EPSILON
        }
        (Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_), _) => left == right,
    }
}

pub(super) fn is_true(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(value) => value.abs() > 0.0,
        Json::Text(text) => !text.is_empty(),
        Json::List(_) | Json::Object(_) => true,
    }
}

pub(super) fn number(value: &Json) -> f64 {
    match value {
        Json::Null => 0.0,
        Json::Bool(value) => f64::from(u8::from(*value)),
        Json::Number(value) => *value,
        Json::Text(text) if text.trim().is_empty() => 0.0,
        Json::Text(text) => text.trim().parse().unwrap_or(f64::NAN),
        Json::List(_) | Json::Object(_) => f64::NAN,
    }
}

pub(super) fn printed(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(value) => value.to_string(),
        Json::Number(value) => value.to_string(),
        Json::Text(text) => text.clone(),
        Json::List(items) => items.iter().map(printed).collect::<Vec<_>>().join(","),
        Json::Object(_) => "[object Object]".to_owned(),
    }
}

pub(super) fn keys(value: &Json) -> Vec<Json> {
    match value {
        Json::List(items) => (0..items.len()).filter_map(count).collect(),
        Json::Object(members) => members.iter().map(|(name, _)| name.into()).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => Vec::new(),
    }
}

pub(super) fn size(value: &Json) -> Json {
    match value {
        Json::Text(text) => count(text.chars().count()),
        Json::List(items) => count(items.len()),
        Json::Object(members) => count(members.len()),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
    .unwrap_or_default()
}

fn count(number: usize) -> Option<Json> {
    u32::try_from(number).ok().map(Json::from)
}

pub(super) fn member(of: &Json, name: &str) -> Json {
    match of {
        Json::Object(members) => members.find(name).cloned().unwrap_or_default(),
        Json::List(items) => {
            name.parse::<usize>().ok().and_then(|at| items.get(at)).cloned().unwrap_or_default()
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => Json::Null,
    }
}
