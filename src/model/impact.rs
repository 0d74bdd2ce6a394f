//! What the difference between two files means for a running chmpx: nothing, live, cold, refused.
