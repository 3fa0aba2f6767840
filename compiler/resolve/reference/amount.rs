//! References to amounts that follow from others: a sum by a product.
//!
//! Invariant: integers only; what does not fit 64 bits is as large as they hold, and nothing is divided by less than one.

use super::evaluate::{Evaluator, Outcome, text_of};
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
        let (value, number) = match amount {
            Amount::Number(number) => return Ok(*number),
            Amount::Setting(setting) => {
                let value = self.setting(setting, sink)?;
                let text = text_of(&value.line);
                let number = text.parse();
                (value, number.map_err(|_| format!("`{}` is not an integer, found `{text}`", setting.name))?)
            }
            Amount::Option(path) => {
                let value = self.option(path, None, sink)?;
                let number = text_of(&value.line).parse().unwrap_or_else(|_| {
                    sink.push(self.no_number(&value));
                    0
                });
                (value, number)
            }
        };
        from.extend(value.from);
        Ok(number)
    }

    /// The diagnostic about an option that a number is computed from; most often its table refuses it as well, and says more.
    fn no_number(&self, value: &Evaluated) -> Diagnostic {
        let span = value.from.first().copied().unwrap_or(self.span);
        let message = format!("expected an integer, found `{}`", text_of(&value.line));
        Diagnostic::error("TG0202", span, message).also(self.span, "this is computed from it").unless_told()
    }
}
