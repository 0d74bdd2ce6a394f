//! The agent that keeps a K2HDKC slave node's chmpx in step with its cluster.
pub mod model;
