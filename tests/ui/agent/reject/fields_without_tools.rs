use std::sync::Arc;

use fastroai::prelude::*;

struct Db;
struct Plain;
struct Calendar;

#[toolset]
impl Calendar {
    /// What is planned.
    #[safe_tool]
    async fn entries(&self, day: String, #[context] _db: &Db) -> String {
        day
    }
}

/// You keep a library.
#[agent(model = "offline:demo", timeout = "1min", tools = [self.plain])]
struct NoToolset {
    plain: Plain,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.plain, self.calendar])]
struct NoContext {
    plain: Option<Calendar>,
    calendar: Arc<Calendar>,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.calender, self.db.calendar, self.calendar(), self])]
struct NoField {
    calendar: Calendar,
    db: Db,
}

fn main() {}
