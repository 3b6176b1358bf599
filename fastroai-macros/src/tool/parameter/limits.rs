//! What an argument must keep to: `range`, `min`, `max`, `length` and `pattern`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprRange, ExprUnary, Ident, Lit, LitStr, RangeLimits, Type, UnOp};

use super::pattern::Pattern;
use crate::keys::{Pair, Value};
use crate::report::Report;
use crate::types;

/// The limits of one argument.
#[derive(Default)]
pub(crate) struct Limits {
    least: Option<Number>,
    most: Option<Number>,
    below: Option<Number>,
    shortest: Option<u64>,
    longest: Option<u64>,
    pattern: Option<(LitStr, Pattern)>,
    /// What is asked of the type, and where that is written.
    asked: Vec<(&'static str, Span)>,
    has_range: bool,
}

/// A number, as it is written.
#[derive(Clone)]
struct Number {
    value: Size,
    place: TokenStream,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Size {
    Integer(i128),
    Float(f64),
}

impl Limits {
    pub(crate) fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Takes one of the keys `range`, `min`, `max`, `length` and `pattern`.
    pub(crate) fn take(&mut self, pair: &Pair, report: &mut Report) {
        match pair.name().as_str() {
            "range" => self.range(pair, report),
            "min" => self.bound(pair, report, |limits, number| limits.least = Some(number)),
            "max" => self.bound(pair, report, |limits, number| limits.most = Some(number)),
            "length" => self.length(pair, report),
            _ => self.pattern(pair, report),
        }
    }

    fn range(&mut self, pair: &Pair, report: &mut Report) {
        const ADVICE: &str = "`range` takes a range of numbers: write `range(1..=10)`";
        let Some(range) = range(pair) else { return report.at(pair.place(), ADVICE) };
        let number = |end: &Option<Box<Expr>>| end.as_ref().map(|end| Number::read(end));
        let (start, end) = (number(&range.start), number(&range.end));
        if matches!(start, Some(None))
            || matches!(end, Some(None))
            || !self.asked.is_empty() && self.has_numbers()
        {
            let advice = if self.has_numbers() {
                "`range` says what `min` and `max` say: keep one of them"
            } else {
                ADVICE
            };
            return report.at(pair.place(), advice);
        }
        (self.least, self.has_range) = (start.flatten(), true);
        match (end.flatten(), &range.limits) {
            (Some(Number { value: Size::Integer(end), place }), RangeLimits::HalfOpen(_)) => {
                self.most = Some(Number { value: Size::Integer(end.saturating_sub(1)), place });
            }
            (end @ Some(_), RangeLimits::HalfOpen(_)) => self.below = end,
            (end, _) => self.most = end,
        }
        if self.least.is_none() && self.most.is_none() && self.below.is_none() {
            return report.at(pair.place(), ADVICE);
        }
        self.asked.push(("numeric", pair.place().span()));
        self.filled(pair, report);
    }

    fn bound(&mut self, pair: &Pair, report: &mut Report, set: fn(&mut Self, Number)) {
        if self.has_range {
            let message = format!("`range` says what `{}` says: keep one of them", pair.key);
            return report.at(pair.place(), message);
        }
        let Value::Given(tokens) = &pair.value else {
            let key = &pair.key;
            return report.at(pair.place(), format!("`{key}` takes a number: write `{key} = 10`"));
        };
        let Some(number) = syn::parse2(tokens.clone()).ok().and_then(|value| Number::read(&value))
        else {
            let key = &pair.key;
            return report.at(pair.place(), format!("`{key}` takes a number: write `{key} = 10`"));
        };
        set(self, number);
        self.asked.push(("numeric", pair.place().span()));
        self.filled(pair, report);
    }

    fn has_numbers(&self) -> bool {
        self.least.is_some() || self.most.is_some()
    }

    /// Reports a range in which there is nothing.
    fn filled(&self, pair: &Pair, report: &mut Report) {
        let Some(least) = &self.least else { return };
        let over = self.most.as_ref().is_some_and(|most| least.value.is_over(most.value));
        let beyond = self.below.as_ref().is_some_and(|below| !below.value.is_over(least.value));
        if over || beyond {
            report.at(
                pair.place(),
                "no number is in this range: write the smaller one first, as in `range(1..=10)`",
            );
        }
    }

    fn length(&mut self, pair: &Pair, report: &mut Report) {
        const ADVICE: &str = "`length` takes a range of whole numbers: write `length(1..=80)`, or \
                              `length(3)` for exactly three";
        let whole = |value: &Expr| match Number::read(value)?.value {
            Size::Integer(number) => u64::try_from(number).ok(),
            Size::Float(_) => None,
        };
        let exact = pair.tokens().and_then(|tokens| syn::parse2::<Expr>(tokens).ok());
        if let Some(exact) = exact.as_ref().and_then(whole) {
            (self.shortest, self.longest) = (Some(exact), Some(exact));
        } else {
            let Some(range) = range(pair) else { return report.at(pair.place(), ADVICE) };
            let read = |end: &Option<Box<Expr>>| end.as_ref().map(|end| whole(end));
            let (start, end) = (read(&range.start), read(&range.end));
            if matches!(start, Some(None)) || matches!(end, Some(None)) || start.or(end).is_none() {
                return report.at(pair.place(), ADVICE);
            }
            let (start, mut end) = (start.flatten(), end.flatten());
            if let RangeLimits::HalfOpen(_) = range.limits
                && let Some(beyond) = end
            {
                let Some(most) = beyond.checked_sub(1) else {
                    return report.at(pair.place(), EMPTY);
                };
                end = Some(most);
            }
            if let (Some(start), Some(end)) = (start, end)
                && start > end
            {
                return report.at(pair.place(), EMPTY);
            }
            (self.shortest, self.longest) = (start, end);
        }
        self.asked.push(("measured", pair.place().span()));
    }

    fn pattern(&mut self, pair: &Pair, report: &mut Report) {
        let Some(text) = pair.text(report) else { return };
        match Pattern::parse(&text.value()) {
            Ok(pattern) => {
                self.asked.push(("textual", text.span()));
                self.pattern = Some((text, pattern));
            }
            Err(message) => report.at(&text, message),
        }
    }

    /// Reports bounds that no value of the type can have.
    pub(crate) fn fit(&self, ty: &Type, report: &mut Report) {
        let ty = within(ty);
        let Some((name, least, most)) =
            INTEGERS.iter().find(|(name, ..)| types::is_named(ty, name))
        else {
            return;
        };
        for bound in [&self.least, &self.most, &self.below].into_iter().flatten() {
            let place = &bound.place;
            match bound.value {
                Size::Float(_) => {
                    report.at(place, format!("a `{name}` is a whole number: write one"));
                }
                Size::Integer(number) if number < *least || number > *most => {
                    report.at(place, format!("no `{name}` is `{number}`: write {least} to {most}"));
                }
                Size::Integer(_) => {}
            }
        }
    }

    /// Reports a literal that breaks the limits: a default or an example.
    pub(crate) fn hold(&self, what: &str, value: &Expr, report: &mut Report) {
        if let Some(number) = Number::read(value) {
            let broken = [
                (&self.least, false, "at least"),
                (&self.most, true, "at most"),
                (&self.below, true, "less than"),
            ];
            for (bound, is_upper, word) in broken {
                let Some(bound) = bound else { continue };
                let breaks = match (is_upper, word) {
                    (_, "less than") => !bound.value.is_over(number.value),
                    (true, _) => number.value.is_over(bound.value),
                    (false, _) => bound.value.is_over(number.value),
                };
                if breaks {
                    let bound = bound.value;
                    report.at(
                        value,
                        format!("the {what} is out of range: write one of {word} {bound}"),
                    );
                }
            }
        }
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value else { return };
        let (text, length) = (text.value(), text.value().chars().count() as u64);
        if self.shortest.is_some_and(|least| length < least) {
            report.at(value, format!("the {what} is too short: it has {length} characters"));
        }
        if self.longest.is_some_and(|most| length > most) {
            report.at(value, format!("the {what} is too long: it has {length} characters"));
        }
        if let Some((written, pattern)) = &self.pattern
            && !pattern.matches(&text)
        {
            let written = written.value();
            report.at(value, format!("the {what} does not match `{written}`: write one that does"));
        }
    }

    /// What is asked of the type, at the tokens that ask it.
    pub(crate) fn questions(&self, ty: &Type) -> Vec<TokenStream> {
        let questions = self.asked.iter().map(|(asked, at)| {
            let ty = types::placed(ty.to_token_stream(), *at);
            let asked = Ident::new(asked, *at);
            quote_spanned!(*at=> const _: () = __fastroai::#asked::<#ty>();)
        });
        questions.collect()
    }

    /// The `Limits` of the runtime, naming only what was said.
    pub(crate) fn to_expression(&self) -> TokenStream {
        let bound = |name: &str, bound: &Option<Number>| {
            let bound = bound.as_ref()?.value.to_expression();
            let name = Ident::new(name, Span::call_site());
            Some(quote!(.#name(#bound)))
        };
        let length = |name: &str, length: Option<u64>| {
            let length = Literal::u64_unsuffixed(length?);
            let name = Ident::new(name, Span::call_site());
            Some(quote!(.#name(#length)))
        };
        let pattern = self.pattern.as_ref().map(|(text, _)| quote!(.pattern(#text)));
        let calls = [
            bound("least", &self.least),
            bound("most", &self.most),
            bound("below", &self.below),
            length("shortest", self.shortest),
            length("longest", self.longest),
            pattern,
        ];
        let calls = calls.into_iter().flatten();
        quote!(__fastroai::Limits::new()#(#calls)*)
    }
}

const EMPTY: &str =
    "no length is in this range: write the smaller one first, as in `length(1..=80)`";

/// The whole numbers that JSON numbers carry.
const INTEGERS: [(&str, i128, i128); 10] = [
    ("u8", 0, u8::MAX as i128),
    ("u16", 0, u16::MAX as i128),
    ("u32", 0, u32::MAX as i128),
    ("u64", 0, u64::MAX as i128),
    ("usize", 0, u64::MAX as i128),
    ("i8", i8::MIN as i128, i8::MAX as i128),
    ("i16", i16::MIN as i128, i16::MAX as i128),
    ("i32", i32::MIN as i128, i32::MAX as i128),
    ("i64", i64::MIN as i128, i64::MAX as i128),
    ("isize", i64::MIN as i128, i64::MAX as i128),
];

/// What may be absent, or else the type itself.
pub(crate) fn within(ty: &Type) -> &Type {
    match types::arguments(ty).as_slice() {
        [inner] if types::is_named(ty, "Option") => within(inner),
        _ => ty,
    }
}

fn range(pair: &Pair) -> Option<ExprRange> {
    syn::parse2(pair.tokens()?).ok()
}

impl Number {
    fn read(value: &Expr) -> Option<Self> {
        let place = value.to_token_stream();
        let value = match value {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
                Size::Integer(number.base10_parse().ok()?)
            }
            Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => {
                Size::Float(number.base10_parse().ok()?)
            }
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
                match Self::read(expr)?.value {
                    Size::Integer(number) => Size::Integer(number.checked_neg()?),
                    Size::Float(number) => Size::Float(-number),
                }
            }
            Expr::Group(group) => return Self::read(&group.expr),
            _ => return None,
        };
        Some(Self { value, place })
    }
}

impl Size {
    fn is_over(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => one > other,
            _ => self.as_f64() > other.as_f64(),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a float is compared with a float")]
    fn as_f64(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    fn to_expression(self) -> TokenStream {
        match self {
            Self::Integer(number) => {
                let number = Literal::i128_unsuffixed(number);
                quote!(__fastroai::Bound::Integer(#number))
            }
            Self::Float(number) => {
                let number = Literal::f64_unsuffixed(number);
                quote!(__fastroai::Bound::Float(#number))
            }
        }
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => write!(f, "{number:?}"),
        }
    }
}
