//! Text and code of a template as one stream of tokens.

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Text(String),
    /// `{{=`
    Print,
    /// `;` or the end of a block.
    End,
    Variable(String),
    Literal(String),
    Number(f64),
    Word(String),
    Operator(&'static str),
}

const ENGINE: &str = "k2hr3template";

/// Longer ones first, so that `<=` is not `<` and `=`.
const OPERATORS: [&str; 25] = [
    "===", "!==", "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "++", "--", "=", "<", ">", "+",
    "-", "*", "/", "%", "!", "{", "}", "[", "]",
];

/// None when the text does not lex.
pub(crate) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = without_engine(text)?;
    while !rest.is_empty() {
        let (chunk, after, ends_escaped) = literal(rest);
        if after.is_empty() && ends_escaped {
            // The real engine loses a last text that ends in an escaped brace.
            return (!tokens.is_empty()).then_some(tokens);
        }
        if !chunk.is_empty() {
            tokens.push(Token::Text(chunk));
        }
        rest = match after.strip_prefix("{{") {
            Some(code) => block(code, &mut tokens)?,
            None => after,
        };
    }
    Some(tokens)
}

/// Takes off the line that names the engine, with the newlines after it.
fn without_engine(text: &str) -> Option<&str> {
    let Some(named) = text.strip_prefix("{{#!") else { return Some(text) };
    let (name, rest) = named.split_once("}}")?;
    (name.trim() == ENGINE).then(|| rest.trim_start_matches(['\r', '\n']))
}

/// Text up to the next block, with three braces made two.
fn literal(text: &str) -> (String, &str, bool) {
    let mut chunk = String::new();
    let mut rest = text;
    let mut escaped = false;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{{") {
            (rest, escaped) = (after, true);
            chunk.push_str("{{");
        } else if let Some(after) = rest.strip_prefix("}}}") {
            (rest, escaped) = (after, true);
            chunk.push_str("}}");
        } else if rest.starts_with("{{") {
            return (chunk, rest, false);
        } else {
            chunk.push(first);
            (rest, escaped) = (rest.get(first.len_utf8()..).unwrap_or_default(), false);
        }
    }
    (chunk, rest, escaped)
}

/// The tokens of one `{{ … }}`; gives what follows it.
fn block<'a>(code: &'a str, tokens: &mut Vec<Token>) -> Option<&'a str> {
    if let Some(comment) = code.strip_prefix('#') {
        return comment.split_once("}}").map(|(_, rest)| rest);
    }
    let mut rest = code;
    if let Some(after) = code.strip_prefix('=') {
        tokens.push(Token::Print);
        rest = after;
    }
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("}}") {
            tokens.push(Token::End);
            return Some(after);
        }
        let (token, after) = one(rest)?;
        tokens.push(token);
        rest = after;
    }
}

fn one(text: &str) -> Option<(Token, &str)> {
    let first = text.chars().next()?;
    match first {
        ';' => Some((Token::End, text.get(1..)?)),
        '\'' | '"' => {
            let (inside, rest) = text.get(1..)?.split_once(first)?;
            // An empty string literal does not load.
            (!inside.is_empty()).then(|| (Token::Literal(inside.to_owned()), rest))
        }
        '%' => variable(text).or_else(|| operator(text)),
        '0'..='9' => number(text),
        'a'..='z' | 'A'..='Z' | '.' => {
            let end = text
                .char_indices()
                .skip(1)
                .find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '_')
                .map_or(text.len(), |(at, _)| at);
            let (word, rest) = text.split_at_checked(end)?;
            Some((Token::Word(word.to_owned()), rest))
        }
        _ => operator(text),
    }
}

/// `%name%`; a name has no spaces, which tells it from a modulo.
fn variable(text: &str) -> Option<(Token, &str)> {
    let (name, rest) = text.strip_prefix('%')?.split_once('%')?;
    let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
    is_name.then(|| (Token::Variable(name.to_owned()), rest))
}

fn number(text: &str) -> Option<(Token, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let based = |prefix, base| {
        digits.strip_prefix(prefix).and_then(|digits| u32::from_str_radix(digits, base).ok())
    };
    let whole = based("0x", 16).or_else(|| based("0o", 8)).or_else(|| based("0b", 2));
    let value = whole.map(f64::from).or_else(|| digits.parse().ok())?;
    Some((Token::Number(value), rest))
}

fn operator(text: &str) -> Option<(Token, &str)> {
    OPERATORS
        .iter()
        .find_map(|operator| Some((Token::Operator(operator), text.strip_prefix(operator)?)))
}
