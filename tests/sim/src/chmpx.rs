//! A stand-in for a chmpx slave process.
