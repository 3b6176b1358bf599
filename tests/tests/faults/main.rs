//! What goes wrong between an agent, its model and its tools, and what a run makes of it.

mod bills;
mod model;
mod retries;
mod rig;
mod telemetry;
mod tools;
