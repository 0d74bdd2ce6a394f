//! A seeded source of numbers (xorshift), so that a failure can be repeated.

/// The numbers that follow from a seed.
pub struct Dice(pub u64);

impl Dice {
    /// The next number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }
}
