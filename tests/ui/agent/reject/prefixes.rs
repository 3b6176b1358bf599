use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(title: String) -> String {
    title
}

/// Says a lot.
#[safe_tool]
async fn a_rather_long_tool_name_that_says_everything_it_does(title: String) -> String {
    title
}

struct Calendar;

#[toolset]
impl Calendar {
    /// What is planned.
    #[safe_tool]
    async fn entries_of_one_day_or_of_several_days(&self, day: String) -> String {
        day
    }

    /// What is planned for a book.
    #[safe_tool]
    async fn book(&self, day: String) -> String {
        day
    }
}

/// You keep a library.
#[agent(
    model = "offline:demo",
    prefix = "customer_service__",
    tools = [find_book, a_rather_long_tool_name_that_says_everything_it_does]
)]
struct LongForAll;

/// You keep a library.
#[agent(
    model = "offline:demo",
    tools = [self.first, prefix("the_calendar_of_the_whole_company_", self.second)]
)]
struct LongForOne {
    first: Calendar,
    second: Calendar,
}

/// You keep a library.
#[agent(
    model = "offline:demo",
    tools = [find_book, prefix("find_", self.calendar)]
)]
struct SameAfterPrefix {
    calendar: Calendar,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.first, self.second])]
struct SameSet {
    first: Calendar,
    second: Calendar,
}

/// You keep a library.
#[agent(
    model = "offline:demo",
    tools = [
        prefix("my ", find_book),
        prefix("1_", find_book),
        prefix("", find_book),
        prefix("this_prefix_has_so_many_characters_that_no_name_has_any_room_left_", find_book),
        prefix(find_book, "x_"),
        prefix(x_, find_book),
        prefix("x_"),
        prefix("x_", find_book),
        prefix("x_", find_book),
    ]
)]
struct Illegal;

fn main() {}
