//! References to amounts that follow from others: a sum by a product.
//!
//! Invariant: whole numbers only; what does not fit 64 bits is as large as they hold, and nothing is divided by less than one.

use std::fmt::Display;

use super::{Evaluator, Outcome, text_of};
use crate::catalog::expr::{Amount, Quotient};
use crate::config::file::Line;
use crate::diag::{Diagnostic, Sink};
use crate::model::Evaluated;
use crate::span::Span;

impl Evaluator<'_, '_> {
    pub(super) fn quotient(&self, quotient: &Quotient, sink: &mut Sink) -> Outcome {
        let mut from = vec![self.span];
        let (mut sum, mut product, mut plus) = (0_i64, 1_i64, 0);
        for term in &quotient.sum {
            sum = sum.saturating_add(self.amount(term, &mut from, sink)?);
        }
        for term in &quotient.product {
            product = product.saturating_mul(self.amount(term, &mut from, sink)?);
        }
        if let Some(term) = &quotient.plus {
            plus = self.amount(term, &mut from, sink)?;
        }
        let product = product.max(1);
        let value = sum.saturating_add(product - 1).div_euclid(product).saturating_add(plus);
        Ok(Evaluated { line: Line::public(value.to_string()), from })
    }

    fn amount(&self, amount: &Amount, from: &mut Vec<Span>, sink: &mut Sink) -> Result<i64, String> {
        let whole = |value: &Evaluated, what: &dyn Display| {
            let text = text_of(&value.line);
            text.parse().map_err(|_| format!("`{what}` is not a whole number, found `{text}`"))
        };
        let (value, number) = match amount {
            Amount::Number(number) => return Ok(*number),
            Amount::Setting(setting) => {
                let value = self.setting(setting, sink)?;
                let number = whole(&value, &setting.name)?;
                (value, number)
            }
            Amount::Option(path) => {
                let value = self.option(path, None, sink)?;
                let number = match (whole(&value, &path.option), value.from.first()) {
                    (Ok(number), _) => number,
                    // In the words of the check by the option tables, so that it is said once.
                    (Err(_), Some(span)) => {
                        let text = text_of(&value.line);
                        let (section, option) = (&path.section, &path.option);
                        let message = format!("`{option}` in `[{section}]` is `{text}`, expected a whole number");
                        sink.push(Diagnostic::error("TG0523", *span, message));
                        0
                    }
                    (Err(message), None) => return Err(message),
                };
                (value, number)
            }
        };
        from.extend(value.from);
        Ok(number)
    }
}
