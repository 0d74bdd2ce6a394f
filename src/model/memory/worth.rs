//! What a memory is worth to another instance, in another role, for another file.

use std::path::Path;

use super::Memory;

impl Memory {
    /// This memory if it belongs to the instance `cuk`; else an empty one: a cloned image brings
    /// the memory of another instance along.
    #[must_use]
    pub fn belonging_to(self, cuk: &str) -> Self {
        if self.cuk == cuk { self } else { Self::of(cuk) }
    }

    /// This memory as it is worth in `role`: nothing is known of one from another,
    /// but which generations and restarts chmpx has seen.
    #[must_use]
    pub fn in_role(mut self, role: &str) -> Self {
        // The memory of an agent that did not keep the role yet is about this one.
        if self.role != role && !self.role.is_empty() {
            let Self { cuk, highest, restarts, .. } = self;
            self = Self { cuk, highest, restarts, ..Self::default() };
        }
        role.clone_into(&mut self.role);
        self
    }

    /// This memory as it is worth for the file at `target`: what was put in place, taken and
    /// survived somewhere else is nothing here.
    #[must_use]
    pub fn at_target(mut self, target: &Path) -> Self {
        // The memory of an agent that did not keep the path yet is about this one.
        if self.target != target && !self.target.as_os_str().is_empty() {
            self = Self {
                cuk: self.cuk,
                role: self.role,
                registered: self.registered,
                registrations: self.registrations,
                registered_at: self.registered_at,
                address: self.address,
                departed: self.departed,
                failures: self.failures,
                published: self.published,
                highest: self.highest,
                restarts: self.restarts,
                ..Self::default()
            };
        }
        target.clone_into(&mut self.target);
        self
    }
}
