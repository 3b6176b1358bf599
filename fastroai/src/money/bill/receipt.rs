//! A bill as a table to read.

use std::fmt;

use fastroai_providers::Usage;

use super::{Bill, Line, LineState};
use crate::money::Total;

/// Model, input, output, input read from the cache, cost.
type Row = [String; 5];

impl fmt::Display for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["model", "in", "out", "cached", "cost"].map(str::to_owned);
        let lines = self.lines().iter().map(|line| row(name(line), &line.usage, line.total()));
        let total = row("total".to_owned(), &self.usage(), self.total());
        let rows: Vec<Row> = [heads].into_iter().chain(lines).chain([total]).collect();
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
        Ok(())
    }
}

/// Names come from outside, so that what could steer a terminal is escaped.
fn name(line: &Line) -> String {
    let state = match line.state() {
        LineState::PossiblyPaid => " (failed, possibly paid)",
        LineState::Estimated => " (not reported)",
        _ if line.failed => " (failed)",
        _ => "",
    };
    let cut = if line.lowered_to.is_some() { " (shortened by the budget)" } else { "" };
    format!("{}:{}{state}{cut}", line.provider.escape_debug(), line.model.escape_debug())
}

fn row(name: String, usage: &Usage, cost: Total) -> Row {
    let count = |tokens: Option<u64>| tokens.map_or("-".to_owned(), |tokens| tokens.to_string());
    [
        name,
        count(usage.input_tokens),
        count(usage.output_tokens),
        count(usage.cache_read_tokens),
        cost.to_string(),
    ]
}
