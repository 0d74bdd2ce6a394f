//! What keeps the sandbox itself from doing its work, as opposed to a step that ends wrongly.

use std::error::Error;
use std::fmt;

/// The sandbox could not do something.
#[derive(Debug, thiserror::Error)]
pub struct Mishap {
    doing: String,
    #[source]
    cause: Box<dyn Error + Send + Sync>,
}

impl Mishap {
    /// `doing` follows "could not".
    pub fn new(doing: impl Into<String>, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { doing: doing.into(), cause: cause.into() }
    }

    /// For `map_err`.
    pub fn when<E: Into<Box<dyn Error + Send + Sync>>>(
        doing: impl Into<String>,
    ) -> impl FnOnce(E) -> Self {
        move |cause| Self::new(doing, cause)
    }
}

/// With `{:#}`, all causes too.
impl fmt::Display for Mishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}", self.doing)?;
        let mut cause = self.source().filter(|_| f.alternate());
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
