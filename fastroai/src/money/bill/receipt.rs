//! A bill as a table to read.

use std::collections::BTreeSet;
use std::fmt;

use fastroai_providers::Usage;

use super::{Bill, Item, Line, LineState};
use crate::money::{Cost, Total};

/// Model, input, output, input read from the cache, cost.
type Row = [String; 5];

impl fmt::Display for Bill {
    /// A table: a line for each request and tool, and the total. Below it stands what may have been
    /// paid beside that, and which tables of prices the costs are from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amounts = self.lines().iter().map(Line::total).chain([self.total()]);
        let held = self.possibly_paid();
        let decimals = amounts.map(Total::known).chain([held]).map(decimals).max().unwrap_or(2);
        let heads = ["model", "in", "out", "cached", "cost"].map(str::to_owned);
        let lines = self.lines().iter().map(|line| {
            let counts = counts(&line.usage, if line.item == Item::Tool { "" } else { "-" });
            row(name(line), counts, cost(line.total(), decimals))
        });
        let total = counts(&self.usage(), "-");
        let total = row("total".to_owned(), total, cost(self.total(), decimals));
        let held = (!held.is_zero()).then(|| {
            let nothing = [const { String::new() }; 3];
            row("possibly paid beside it".to_owned(), nothing, format!("up to {held:.decimals$}"))
        });
        let rows: Vec<Row> = [heads].into_iter().chain(lines).chain([total]).chain(held).collect();
        let mut widths = [0; 5];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let [model, input, output, cached, cost] = widths;
        for (at, [a, b, c, d, e]) in rows.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{a:<model$}  {b:>input$}  {c:>output$}  {d:>cached$}  {e:>cost$}")?;
        }
        let tables = self.lines().iter().filter_map(|line| line.prices.as_deref());
        let tables: BTreeSet<_> = tables.collect();
        if !tables.is_empty() {
            write!(f, "\nprices:")?;
        }
        for (at, table) in tables.into_iter().enumerate() {
            write!(f, "{} {}", if at > 0 { "," } else { "" }, table.escape_debug())?;
        }
        Ok(())
    }
}

/// Names come from outside, so that what could steer a terminal is escaped.
fn name(line: &Line) -> String {
    let tier = line.service_tier.as_deref().filter(|tier| !crate::money::is_ordinary_tier(tier));
    let tier = tier.map(|tier| format!(", {}", tier.escape_debug())).unwrap_or_default();
    let [web, files] = [
        searches(line.usage.web_searches, "search"),
        searches(line.usage.file_searches, "file search"),
    ];
    let (provider, model) = (line.provider.escape_debug(), line.model.escape_debug());
    let mut name = format!("{provider}:{model}{tier}{web}{files}");
    name += match line.state() {
        LineState::PossiblyPaid => " (failed, possibly paid)",
        _ if line.incomplete && !line.reconciled => " (a fee is not known)",
        LineState::Estimated => " (not reported)",
        _ if line.failed && line.reconciled => " (failed, paid as learned later)",
        _ if line.reconciled => " (as learned later)",
        _ if line.failed => " (failed)",
        _ => "",
    };
    if line.lowered_to.is_some() {
        name += " (shortened by the budget)";
    }
    name
}

fn searches(count: Option<u64>, what: &str) -> String {
    match count {
        None | Some(0) => String::new(),
        Some(1) => format!(", 1 {what}"),
        Some(count) => format!(", {count} {what}es"),
    }
}

fn counts(usage: &Usage, unknown: &str) -> [String; 3] {
    let count = |tokens: Option<u64>| tokens.map_or_else(|| unknown.to_owned(), grouped);
    [usage.input_tokens, usage.output_tokens, usage.cache_read_tokens].map(count)
}

fn row(name: String, [input, output, cached]: [String; 3], cost: String) -> Row {
    [name, input, output, cached, cost]
}

/// All amounts of a bill have the same decimals, so that their points are one below the other.
fn cost(total: Total, decimals: usize) -> String {
    format!("{total:.decimals$}")
}

/// How many decimals show all of an amount.
fn decimals(cost: Cost) -> usize {
    let text = cost.to_string();
    text.split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

/// A number whose thousands are set apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
