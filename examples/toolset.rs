//! A secretary with two calendars of one type, a colleague that is an agent itself, and tools that
//! are only known at run time.
//!
//! It runs offline. `FASTROAI_MODEL=openai:gpt-4o-mini` (with `OPENAI_API_KEY`) asks a real model;
//! the colleague stays offline.

use std::convert::Infallible;
use std::io::{Write, stdout};
use std::sync::{Arc, Mutex, PoisonError};

use fastroai::prelude::*;
use fastroai::tool::{DynToolset, FunctionTool};
use serde::Deserialize;

/// Whose calendars these are; the agent lends it to the tools.
struct Owner(&'static str);

#[derive(Clone, Default)]
struct Calendar {
    entries: Arc<Mutex<Vec<String>>>,
}

#[toolset]
impl Calendar {
    /// What is planned on a day.
    #[safe_tool(effect = read_only)]
    async fn find_entries(
        &self,
        /// The day, as in "2026-03-01".
        day: String,
        #[context] owner: &Owner,
    ) -> String {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let planned = entries.iter().filter(|entry| entry.starts_with(&day)).count();
        format!("{} has {planned} of {} entries on {day}", owner.0, entries.len())
    }

    /// Note something down.
    ///
    /// A plain `fn` runs on another thread, with a clone of the calendar.
    #[safe_tool]
    fn add_entry(&self, day: String, what: String) -> &'static str {
        self.add(format!("{day} {what}"));
        "noted"
    }

    /// No tool: the model does not see it.
    fn add(&self, entry: String) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }
}

/// You know every restaurant in town. Name one, in one short sentence.
#[agent(model = "offline:demo", description = "Finds a restaurant.", timeout = "30s")]
struct Restaurants;

/// You are a secretary. Answer in one short sentence.
#[agent(
    model = "offline:demo",
    tools = [self.home, prefix("work_", self.work), self.restaurants, self.plugins],
    timeout = "60s"
)]
struct Secretary {
    home: Calendar,
    work: Calendar,
    restaurants: Restaurants,
    plugins: DynToolset,
    owner: Owner,
}

#[derive(Deserialize, JsonSchema)]
struct City {
    city: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let weather = FunctionTool::new("weather", "Current weather.", |city: City, _run| async move {
        Ok::<_, Infallible>(format!("Sunny in {}", city.city))
    });
    let secretary = Secretary {
        home: Calendar::default(),
        work: Calendar::default(),
        restaurants: Restaurants,
        plugins: DynToolset::new().with(weather),
        owner: Owner("Ada"),
    };
    secretary.work.add("2026-03-01 report".to_owned());

    let model = std::env::var("FASTROAI_MODEL").unwrap_or_else(|_| "offline:demo".to_owned());
    let answer = secretary.run("Where can I eat on 2026-03-01, and when?").model(model).await?;
    writeln!(stdout(), "{}", answer.output)?;
    for call in &answer.tool_calls {
        writeln!(stdout(), "tool  {} {:?}", call.name, call.outcome)?;
    }
    writeln!(stdout(), "cost  {} for {} replies", answer.cost, answer.bill.requests())?;
    Ok(())
}
