//! What goes wrong between an agent, its model and its tools, and what a run makes of it.

mod bills;
mod loopback;
mod model;
mod money;
mod retries;
mod rig;
mod secrets;
mod telemetry;
mod tools;
