//! Literal defaults and examples, held to the types that everyone knows.

use syn::{Expr, ExprLit, ExprUnary, Lit, Type, UnOp};

use crate::report::Report;
use crate::types;

/// Reports a literal that this type cannot hold; types by other names are the compiler's to judge.
pub(super) fn fit(what: &str, value: &Expr, ty: &Type, report: &mut Report) {
    let Some((kind, is_negative)) = kind(value) else { return };
    let name = types::name(ty);
    let shown = types::shown(value);
    let message = match (Named::of(&name), kind) {
        (Named::Whole | Named::Float | Named::Flag, Kind::Text(text)) => {
            let fits = match Named::of(&name) {
                Named::Flag => text.parse::<bool>().is_ok(),
                Named::Float => text.parse::<f64>().is_ok(),
                _ => text.parse::<i128>().is_ok(),
            };
            let instead = if fits { text } else { example(&name).to_owned() };
            format!("a text is no `{name}`: write `{what} = {instead}`")
        }
        (Named::Letter, Kind::Text(text)) => {
            let letter = text.chars().next().unwrap_or('x');
            format!("a text is no `char`: write `{what} = '{letter}'`")
        }
        (Named::Whole, Kind::Float) => {
            format!("`{shown}` is no whole number: write one, as in `{what} = 3`")
        }
        (Named::Whole, Kind::Whole) if is_negative && name.starts_with('u') => {
            format!("no `{name}` is negative: write `{what} = 0` or more")
        }
        (Named::Float, Kind::Whole) => {
            format!("an `{name}` has a point: write `{what} = {shown}.0`")
        }
        (Named::Whole | Named::Float, Kind::Flag | Kind::Letter)
        | (Named::Flag, Kind::Whole | Kind::Float | Kind::Letter) => {
            format!("`{shown}` is no `{name}`: write `{what} = {}`", example(&name))
        }
        (Named::Text, Kind::Whole | Kind::Float | Kind::Flag) => {
            format!("`{shown}` is no text: write `{what} = \"{shown}\"`")
        }
        (Named::Text, Kind::Letter) => {
            let letter = shown.trim_matches('\'');
            format!("a letter is no text: write `{what} = \"{letter}\"`")
        }
        _ => return,
    };
    report.at(value, message);
}

enum Kind {
    Whole,
    Float,
    Flag,
    Letter,
    Text(String),
}

fn kind(value: &Expr) -> Option<(Kind, bool)> {
    match value {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
            kind(expr).map(|(kind, is_negative)| (kind, !is_negative))
        }
        Expr::Lit(ExprLit { lit, .. }) => {
            let kind = match lit {
                Lit::Int(number) if number.suffix().is_empty() => Kind::Whole,
                Lit::Float(number) if number.suffix().is_empty() => Kind::Float,
                Lit::Bool(_) => Kind::Flag,
                Lit::Char(_) => Kind::Letter,
                Lit::Str(text) => Kind::Text(text.value()),
                _ => return None,
            };
            Some((kind, false))
        }
        _ => None,
    }
}

enum Named {
    Whole,
    Float,
    Flag,
    Letter,
    Text,
    Other,
}

impl Named {
    fn of(name: &str) -> Self {
        match name {
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64"
            | "u128" | "usize" => Self::Whole,
            "f32" | "f64" => Self::Float,
            "bool" => Self::Flag,
            "char" => Self::Letter,
            "String" => Self::Text,
            _ => Self::Other,
        }
    }
}

fn example(name: &str) -> &'static str {
    match Named::of(name) {
        Named::Flag => "true",
        Named::Float => "0.5",
        _ => "3",
    }
}
