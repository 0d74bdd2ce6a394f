//! One binary for all integration tests.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail the test that uses them"
)]
#![expect(unreachable_pub, reason = "what the modules share is public among them")]
mod adoption;
mod agreement;
mod bombs;
mod bootstrap;
mod change;
mod check_command;
mod commands;
mod compared;
mod completions;
mod config;
mod crash_points;
mod delivery;
mod dialect;
mod dice;
mod errors;
mod exit_codes;
mod figures;
mod first_boot;
mod fuzz;
mod history;
mod layering;
mod leaving;
mod limits;
mod logs;
mod manual;
mod membership;
mod metrics;
mod network;
mod outage;
mod plan;
mod refusal;
mod schema;
mod secrets;
mod shadow;
mod shutdown;
mod status;
mod storm;
mod support;
mod take_over;
mod terminal;
mod troubled;
mod trust;
mod unanswered;
