//! Carries statements out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Broken;
use super::parse::{Expression, Statement};
use super::values::{calculated, is_true, keys, member, number, printed, size};
use crate::k2hr3::json::{Json, Members};

/// A template that takes more steps than this counts as endless.
const MOST_STEPS: u32 = 200_000;
const MOST_OUTPUT: usize = 4 << 20;

pub(crate) fn output(
    program: &[Statement],
    variables: &mut Members,
    special: &dyn Fn(&str) -> Option<Json>,
) -> Result<String, Broken> {
    let specials = RefCell::default();
    let mut run = Run { variables, special, specials, out: String::new(), steps: 0 };
    run.all(program)?;
    Ok(run.out)
}

struct Run<'a> {
    variables: &'a mut Members,
    special: &'a dyn Fn(&str) -> Option<Json>,
    /// Resolved once each: a role may have a thousand hosts.
    specials: RefCell<BTreeMap<String, Rc<Json>>>,
    out: String,
    steps: u32,
}

/// How a list of statements ended.
#[derive(PartialEq)]
enum Flow {
    On,
    Break,
    Continue,
}

impl Run<'_> {
    fn all(&mut self, statements: &[Statement]) -> Result<Flow, Broken> {
        for statement in statements {
            let flow = self.one(statement)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn step(&mut self) -> Result<(), Broken> {
        self.steps += 1;
        let is_endless = self.steps > MOST_STEPS || self.out.len() > MOST_OUTPUT;
        if is_endless { Err(Broken::Endless) } else { Ok(()) }
    }

    fn one(&mut self, statement: &Statement) -> Result<Flow, Broken> {
        self.step()?;
        match statement {
            Statement::Text(text) => self.out.push_str(text),
            Statement::Print(value) => {
                let text = printed(&self.value(value)?);
                self.out.push_str(&text);
            }
            Statement::Assign(name, value) => {
                let value = self.value(value)?;
                self.variables.set(name, value);
            }
            Statement::If(cases, other) => {
                for (condition, body) in cases {
                    if is_true(&self.value(condition)?) {
                        return self.all(body);
                    }
                }
                return self.all(other);
            }
            Statement::While(condition, body, after) => {
                self.turns(condition, body, after.as_deref())?;
            }
            Statement::DoWhile(body, condition) => loop {
                self.step()?;
                if self.all(body)? == Flow::Break || !is_true(&self.value(condition)?) {
                    break;
                }
            },
            Statement::Foreach(name, over, body) => {
                for key in keys(&self.value(over)?) {
                    self.variables.set(name, key);
                    if self.all(body)? == Flow::Break {
                        break;
                    }
                }
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    fn turns(
        &mut self,
        condition: &Expression,
        body: &[Statement],
        after: Option<&Statement>,
    ) -> Result<(), Broken> {
        while is_true(&self.value(condition)?) {
            self.step()?;
            if self.all(body)? == Flow::Break {
                break;
            }
            if let Some(after) = after {
                self.one(after)?;
            }
        }
        Ok(())
    }

    fn value(&self, expression: &Expression) -> Result<Json, Broken> {
        Ok(match expression {
            Expression::Value(value) => value.clone(),
            Expression::Variable(name) => self.with_variable(name, Json::clone),
            Expression::Size(of) => self.with(of, size)?,
            Expression::Member(of, at) => {
                let at = printed(&self.value(at)?);
                self.with(of, |of| member(of, &at))?
            }
            Expression::Unary("!", of) => Json::Bool(!is_true(&self.value(of)?)),
            Expression::Unary(_, of) => Json::Number(-number(&self.value(of)?)),
            Expression::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                return calculated(operator, left, right);
            }
        })
    }

    /// Looks at a value; one that is stored is not copied for it.
    fn with(&self, of: &Expression, look: impl Fn(&Json) -> Json) -> Result<Json, Broken> {
        match of {
            Expression::Variable(name) => Ok(self.with_variable(name, look)),
            Expression::Value(_)
            | Expression::Size(_)
            | Expression::Member(..)
            | Expression::Unary(..)
            | Expression::Binary(..) => self.value(of).map(|value| look(&value)),
        }
    }

    fn with_variable(&self, name: &str, look: impl Fn(&Json) -> Json) -> Json {
        if let Some(value) = self.variables.find(name) {
            return look(value);
        }
        let resolve = || Rc::new((self.special)(name).unwrap_or_default());
        let mut specials = self.specials.borrow_mut();
        let value = Rc::clone(specials.entry(name.to_owned()).or_insert_with(resolve));
        drop(specials);
        look(&value)
    }
}
