//! Tokens to expressions.

use super::{Expression, Parser, Token};
use crate::k2hr3::json::Json;

impl Parser<'_> {
    /// Comparisons cannot be joined, and there are no parentheses.
    pub(super) fn expression(&mut self) -> Option<Expression> {
        let mut left = self.comparison()?;
        while let Some(operator) = self.any_operator(&["&&", "||"]) {
            let right = self.comparison()?;
            if is_comparison(&left) || is_comparison(&right) {
                return None;
            }
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn comparison(&mut self) -> Option<Expression> {
        let left = self.sum()?;
        match self.any_operator(&["===", "!==", "==", "!=", "<=", ">=", "<", ">"]) {
            None => Some(left),
            Some(operator) => {
                Some(Expression::Binary(operator, Box::new(left), Box::new(self.sum()?)))
            }
        }
    }

    fn sum(&mut self) -> Option<Expression> {
        let mut left = self.product()?;
        while let Some(operator) = self.any_operator(&["+", "-"]) {
            let right = self.product()?;
            // The size of a collection cannot be part of a larger sum.
            if is_size(&left) || is_size(&right) {
                return None;
            }
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn product(&mut self) -> Option<Expression> {
        let mut left = self.operand()?;
        while let Some(operator) = self.any_operator(&["*", "/", "%"]) {
            left = Expression::Binary(operator, Box::new(left), Box::new(self.operand()?));
        }
        Some(left)
    }

    fn operand(&mut self) -> Option<Expression> {
        if let Some(operator) = self.any_operator(&["!", "-"]) {
            let value = self.accessed()?;
            return Some(Expression::Unary(operator, Box::new(value)));
        }
        self.accessed()
    }

    /// A value with at most one accessor: a second one does not load.
    fn accessed(&mut self) -> Option<Expression> {
        let base = self.value()?;
        let member = if self.operator("{").is_some() {
            let name = self.value()?;
            self.operator("}")?;
            Expression::Member(Box::new(base), Box::new(name))
        } else if self.operator("[").is_some() {
            let at = self.value()?;
            self.operator("]")?;
            Expression::Member(Box::new(base), Box::new(at))
        } else if [".length", ".size", ".count"].iter().any(|size| self.word(size).is_some()) {
            return Some(Expression::Size(Box::new(base)));
        } else {
            return Some(base);
        };
        let chained = [Token::Operator("{"), Token::Operator("[")];
        let is_chained = self.rest.first().is_some_and(|token| chained.contains(token));
        (!is_chained).then_some(member)
    }

    fn value(&mut self) -> Option<Expression> {
        match self.next()? {
            Token::Variable(name) => Some(Expression::Variable(name)),
            Token::Literal(text) => Some(Expression::Value(text.into())),
            Token::Number(number) => Some(Expression::Value(Json::Number(number))),
            Token::Word(word) => match word.as_str() {
                "true" => Some(Expression::Value(Json::Bool(true))),
                "false" => Some(Expression::Value(Json::Bool(false))),
                "null" => Some(Expression::Value(Json::Null)),
                _ => None,
            },
            Token::Text(_) | Token::Print | Token::End | Token::Operator(_) => None,
        }
    }
}

fn is_size(expression: &Expression) -> bool {
    matches!(expression, Expression::Size(_))
}

fn is_comparison(expression: &Expression) -> bool {
    matches!(expression, Expression::Binary(operator, ..)
        if ["===", "!==", "==", "!=", "<=", ">=", "<", ">"].contains(operator))
}
