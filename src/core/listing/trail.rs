//! The way through a listing.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use crate::core::error::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Next,
    Previous,
}

/// The pages visited on the way in one direction, so that a circle is noticed.
pub struct Trail {
    direction: Direction,
    visited: HashSet<u64>,
}

impl Trail {
    pub fn new(start: &str) -> Self {
        Trail { direction: Direction::Next, visited: HashSet::from([hash(start)]) }
    }

    pub fn check(&mut self, direction: Direction, here: &str, target: &str) -> Result<()> {
        // For the step that follows.
        self.visited.try_reserve(1)?;
        let seen = match direction == self.direction {
            true => self.visited.contains(&hash(target)),
            false => here == target,
        };
        match seen {
            true => Err(Error::protocol(
                "the service's link to another page leads back to one that was already read",
            )),
            false => Ok(()),
        }
    }

    pub fn step(&mut self, direction: Direction, from: &str, to: &str) {
        if direction != self.direction {
            self.direction = direction;
            self.visited = HashSet::from([hash(from)]);
        }
        self.visited.insert(hash(to));
    }
}

fn hash(target: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    target.hash(&mut hasher);
    hasher.finish()
}
