//! The look-alike of chmpx-service-helper.
