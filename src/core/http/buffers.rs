//! The bytes of a connection that are not sent or not understood yet.

use ureq::unversioned::transport::Buffers;
use zeroize::Zeroize;

use crate::os;

/// What ureq writes requests into and reads responses from. Requests hold credentials, so nothing is
/// left of them in the end.
pub struct Room {
    input: Vec<u8>,
    /// What came and was not taken yet.
    start: usize,
    end: usize,
    /// The last look took something.
    progress: bool,
    output: Vec<u8>,
}

impl Room {
    /// None where there is no memory for it.
    pub fn new(input_size: usize, output_size: usize) -> Option<Self> {
        let (input, output) = (os::memory::zeroed(input_size)?, os::memory::zeroed(output_size)?);
        Some(Room { input, start: 0, end: 0, progress: false, output })
    }

    /// What came and was not taken yet, to be changed in place.
    pub fn input_mut(&mut self) -> &mut [u8] {
        &mut self.input[self.start..self.end]
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
    }
}

impl Buffers for Room {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.start..self.end]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        if self.start == self.end || self.input.len() - self.end < self.input.len() / 2 {
            self.make_room();
        }
        &mut self.input[self.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.end += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.start += amount;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.make_room();
        (&mut self.input[self.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.start < self.end && self.progress
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.output.zeroize();
        self.input.zeroize();
    }
}
