//! Keeps a K2HDKC slave node's chmpx in step with its cluster, as published by K2HR3.
//!
//! A level-triggered loop: [`agent`] looks, decides, acts, tells and waits. Decisions are pure
//! ([`model`], above all [`model::plan`]); what is outside this process is reached through one
//! neighbour each ([`effects`]), and they meet in [`node`] only.
pub mod agent;
pub mod cli;
pub mod commands;
pub mod effects;
pub mod log;
pub mod model;
pub mod node;
pub mod settings;
pub mod terminal;
