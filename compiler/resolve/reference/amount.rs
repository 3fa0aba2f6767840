//! References to amounts that follow from others: a sum divided by a product.
//!
//! Invariant: whole numbers only; what does not fit 64 bits is as large as they hold, and nothing is divided by less than one.

use super::{Evaluator, Outcome, text_of};
use crate::config::file::Line;
use crate::diag::{Diagnostic, Sink};
use crate::model::Evaluated;
use crate::span::Span;

impl Evaluator<'_, '_> {
    /// `TERM... per=TERM[*TERM]... [plus=TERM]`: the sum divided by the product, rounded up, and more. A term is a number, a setting,
    /// or an option, `FILE|SECTION|OPTION`.
    pub(super) fn quotient(&self, argument: &str, sink: &mut Sink) -> Outcome {
        let mut from = vec![self.span];
        let (mut sum, mut product, mut plus) = (0_i64, None, 0);
        for word in argument.split_whitespace() {
            match word.split_once('=') {
                Some(("per", terms)) => {
                    let mut whole = 1_i64;
                    for term in terms.split('*') {
                        whole = whole.saturating_mul(self.number(term, &mut from, sink)?);
                    }
                    product = Some(whole);
                }
                Some(("plus", term)) => plus = self.number(term, &mut from, sink)?,
                Some((other, _)) => return Err(format!("expected `per=` or `plus=`, found `{other}=`")),
                None => sum = sum.saturating_add(self.number(word, &mut from, sink)?),
            }
        }
        let product = product.ok_or("expected `TERM... per=TERM[*TERM]... [plus=TERM]`")?.max(1);
        let value = sum.saturating_add(product - 1).div_euclid(product).saturating_add(plus);
        Ok(Evaluated { line: Line::public(value.to_string()), from })
    }

    fn number(&self, term: &str, from: &mut Vec<Span>, sink: &mut Sink) -> Result<i64, String> {
        if let Ok(number) = term.parse() {
            return Ok(number);
        }
        let path: Vec<&str> = term.split('|').collect();
        let value = match path[..] {
            [file, section, option] => self.option(&format!("{file} {section} {option}"), sink)?,
            _ => self.setting(term, sink)?,
        };
        from.extend(&value.from);
        let text = text_of(&value.line);
        match (text.parse(), &path[..], value.from.first()) {
            (Ok(number), ..) => Ok(number),
            // In the words of the check by the option tables, so that it is said once.
            (Err(_), [_, section, option], Some(span)) => {
                let message = format!("`{option}` in `[{section}]` is `{text}`, expected a whole number");
                sink.push(Diagnostic::error("TG0523", *span, message));
                Ok(0)
            }
            _ => Err(format!("`{term}` is not a whole number")),
        }
    }
}
