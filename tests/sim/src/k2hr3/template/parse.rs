//! Tokens to statements.

mod expression;

use super::lex::Token;
use crate::k2hr3::json::Json;

/// Deeper nesting than any template has; keeps the parser's own stack bounded.
const DEEPEST: u32 = 100;

#[derive(Debug, Clone)]
pub(crate) enum Statement {
    Text(String),
    Print(Expression),
    Assign(String, Expression),
    If(Vec<(Expression, Vec<Statement>)>, Vec<Statement>),
    /// Condition, body, and what is done after each turn.
    While(Expression, Vec<Statement>, Option<Box<Statement>>),
    DoWhile(Vec<Statement>, Expression),
    Foreach(String, Expression, Vec<Statement>),
    Break,
    Continue,
}

#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Value(Json),
    Variable(String),
    Member(Box<Expression>, Box<Expression>),
    Size(Box<Expression>),
    Unary(&'static str, Box<Expression>),
    Binary(&'static str, Box<Expression>, Box<Expression>),
}

/// None when the tokens are no program.
pub(crate) fn program(tokens: &[Token]) -> Option<Vec<Statement>> {
    let mut parser = Parser { rest: tokens, depth: 0, loops: 0 };
    let program = parser.statements()?;
    parser.rest.is_empty().then_some(program)
}

struct Parser<'a> {
    rest: &'a [Token],
    depth: u32,
    loops: u32,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first.clone())
    }

    fn skip_if(&mut self, wanted: &Token) -> bool {
        let is_there = self.rest.first() == Some(wanted);
        if is_there {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        is_there
    }

    fn word(&mut self, wanted: &str) -> Option<()> {
        self.skip_if(&Token::Word(wanted.to_owned())).then_some(())
    }

    fn operator(&mut self, wanted: &'static str) -> Option<()> {
        self.skip_if(&Token::Operator(wanted)).then_some(())
    }

    fn any_operator(&mut self, wanted: &[&'static str]) -> Option<&'static str> {
        wanted.iter().copied().find(|operator| self.operator(operator).is_some())
    }

    /// Statements up to a word that ends them, which stays.
    fn statements(&mut self) -> Option<Vec<Statement>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut all = Vec::new();
        while let Some(token) = self.rest.first() {
            match token {
                Token::End => {
                    self.next();
                }
                Token::Word(word) if is_ending(word) => break,
                Token::Word(word) if word == "while" && self.closes_do() => break,
                Token::Text(_)
                | Token::Print
                | Token::Variable(_)
                | Token::Literal(_)
                | Token::Number(_)
                | Token::Word(_)
                | Token::Operator(_) => all.push(self.statement()?),
            }
        }
        self.depth -= 1;
        Some(all)
    }

    /// Whether the `while` ahead ends a `do`: one that opens a loop has a `done` of its own.
    fn closes_do(&self) -> bool {
        let mut open = 0_i32;
        for token in self.rest.iter().skip(1) {
            let Token::Word(word) = token else { continue };
            match word.as_str() {
                "while" | "for" | "foreach" => open += 1,
                "done" if open == 0 => return false,
                "done" => open -= 1,
                _ => {}
            }
        }
        true
    }

    fn statement(&mut self) -> Option<Statement> {
        match self.next()? {
            Token::Text(text) => Some(Statement::Text(text)),
            Token::Print => self.expression().map(Statement::Print),
            Token::Variable(name) => self.assignment(name),
            Token::Word(word) => self.keyword(&word),
            Token::End | Token::Literal(_) | Token::Number(_) | Token::Operator(_) => None,
        }
    }

    fn assignment(&mut self, name: String) -> Option<Statement> {
        let operator = self.any_operator(&["=", "+=", "-=", "++", "--"])?;
        let variable = || Box::new(Expression::Variable(name.clone()));
        let one = || Box::new(Expression::Value(Json::Number(1.0)));
        let value = match operator {
            "=" => self.expression()?,
            "+=" => Expression::Binary("+", variable(), Box::new(self.expression()?)),
            "-=" => Expression::Binary("-", variable(), Box::new(self.expression()?)),
            "++" => Expression::Binary("+", variable(), one()),
            _ => Expression::Binary("-", variable(), one()),
        };
        Some(Statement::Assign(name, value))
    }

    fn keyword(&mut self, word: &str) -> Option<Statement> {
        match word {
            "if" => self.condition(),
            "while" => {
                let condition = self.expression()?;
                Some(Statement::While(condition, self.body("done")?, None))
            }
            "do" => {
                let body = self.body("while")?;
                Some(Statement::DoWhile(body, self.expression()?))
            }
            "for" => self.counted(),
            "foreach" => {
                let Some(Token::Variable(name)) = self.next() else { return None };
                self.word("in")?;
                let over = self.expression()?;
                Some(Statement::Foreach(name, over, self.body("done")?))
            }
            "break" if self.loops > 0 => Some(Statement::Break),
            "continue" if self.loops > 0 => Some(Statement::Continue),
            _ => None,
        }
    }

    fn body(&mut self, end: &str) -> Option<Vec<Statement>> {
        self.loops += 1;
        let body = self.statements()?;
        self.word(end)?;
        self.loops -= 1;
        Some(body)
    }

    fn condition(&mut self) -> Option<Statement> {
        let mut cases = vec![(self.expression()?, self.statements()?)];
        while self.word("elif").is_some() {
            cases.push((self.expression()?, self.statements()?));
        }
        let other = if self.word("else").is_some() { self.statements()? } else { Vec::new() };
        self.word("endif")?;
        Some(Statement::If(cases, other))
    }

    /// `for a; b; c … done` is `a; while b … c; done`.
    fn counted(&mut self) -> Option<Statement> {
        let first = self.statement()?;
        self.skip_if(&Token::End).then_some(())?;
        let condition = self.expression()?;
        self.skip_if(&Token::End).then_some(())?;
        let after = self.statement()?;
        let turns = Statement::While(condition, self.body("done")?, Some(Box::new(after)));
        let always = Expression::Value(Json::Bool(true));
        Some(Statement::If(vec![(always, vec![first, turns])], Vec::new()))
    }
}

fn is_ending(word: &str) -> bool {
    ["elif", "else", "endif", "done"].contains(&word)
}
