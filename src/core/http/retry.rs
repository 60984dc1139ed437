//! When a failed request is sent again, and how long to wait before.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::failure::{Failure, Repeat};

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A service that asks for more is not waited for, even where there is time.
const MOST_WAIT: Duration = Duration::from_secs(600);

/// A server that gives up one kept connection after the other is not asked for ever.
const MOST_AT_ONCE: u32 = 8;

/// The tries of one call.
pub struct Tries {
    idempotent: bool,
    retries_left: u32,
    retries_done: u32,
    deadline: Instant,
    clock_corrected: bool,
    at_once_left: u32,
    /// An earlier request may have been carried out although no good answer came.
    pub maybe_done: bool,
}

impl Tries {
    pub fn new(idempotent: bool, retries: u32, timeout: Duration) -> Self {
        Tries {
            idempotent,
            retries_left: retries,
            retries_done: 0,
            deadline: Instant::now() + timeout,
            clock_corrected: false,
            at_once_left: MOST_AT_ONCE,
            maybe_done: false,
        }
    }

    /// Gives it more time, for what the caller's callbacks took.
    pub fn postpone(&mut self, time: Duration) {
        self.deadline += time;
    }

    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// How long to wait before the request is sent again, or none to give up.
    pub fn after(&mut self, failure: &Failure) -> Option<Duration> {
        match failure.repeat {
            Repeat::Never => return None,
            Repeat::ClockCorrected => {
                return (!std::mem::replace(&mut self.clock_corrected, true)).then_some(Duration::ZERO);
            }
            Repeat::IfIdempotent | Repeat::AtOnceIfIdempotent if !self.idempotent => return None,
            Repeat::IfIdempotent | Repeat::AtOnceIfIdempotent => self.maybe_done |= failure.is_answer_lost(),
            Repeat::Always | Repeat::AtOnce | Repeat::WhenItsTurn => {}
        }
        let at_once = matches!(failure.repeat, Repeat::AtOnce | Repeat::AtOnceIfIdempotent);
        if at_once && self.at_once_left > 0 {
            self.at_once_left -= 1;
            return Some(Duration::ZERO);
        }
        let wait = match failure.error.retry_after_ms() {
            Some(ms) => Duration::from_millis(ms),
            None => self.jitter(),
        };
        if self.retries_left == 0 || wait >= self.time_left() || wait > MOST_WAIT {
            return None;
        }
        if failure.repeat != Repeat::WhenItsTurn {
            self.retries_left -= 1;
        }
        self.retries_done += 1;
        Some(wait)
    }

    fn jitter(&self) -> Duration {
        let most = FIRST_WAIT.saturating_mul(1 << self.retries_done.min(16)).min(LONGEST_WAIT);
        most.mul_f64(Rng::with_seed(seed()).f64())
    }
}

/// fastrand's own generator takes its seed from the name of the thread, for which std keeps a handle
/// on the caller's thread that a leak checker finds at the program's end.
pub fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::error::{Error, Reply, Status};

    const LONG: Duration = Duration::from_secs(3600);

    fn failure(repeat: Repeat, retry_after_ms: Option<u64>) -> Failure {
        let mut error = Error::new(Status::Server, "x");
        error.answer = Some(Box::new(Reply { retry_after_ms, ..Reply::default() }));
        Failure { error, repeat }
    }

    #[test]
    fn waits_double_up_to_half_a_minute_with_full_jitter() {
        let mut tries = Tries::new(true, 20, LONG);
        for most_ms in [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000] {
            let wait = tries.after(&failure(Repeat::IfIdempotent, None)).unwrap();
            assert!(wait <= Duration::from_millis(most_ms), "{wait:?} for {most_ms}");
        }
    }

    #[test]
    fn the_service_says_how_long_to_wait() {
        let mut tries = Tries::new(true, 1, LONG);
        let wait = tries.after(&failure(Repeat::Always, Some(7000)));
        assert_eq!(wait, Some(Duration::from_secs(7)));
    }

    #[test]
    fn no_wait_goes_past_the_time_limit() {
        let mut tries = Tries::new(true, 3, Duration::from_secs(60));
        assert_eq!(tries.after(&failure(Repeat::Always, Some(61_000))), None);
        assert!(tries.after(&failure(Repeat::Always, Some(1000))).is_some());
    }

    #[test]
    fn a_post_is_repeated_only_where_nothing_can_have_been_done() {
        let mut tries = Tries::new(false, 3, LONG);
        assert_eq!(tries.after(&failure(Repeat::IfIdempotent, None)), None);
        assert_eq!(tries.after(&failure(Repeat::AtOnceIfIdempotent, None)), None);
        assert!(tries.after(&failure(Repeat::Always, None)).is_some());
        assert_eq!(tries.after(&failure(Repeat::AtOnce, None)), Some(Duration::ZERO));
    }

    #[test]
    fn a_server_that_gives_up_every_connection_is_not_asked_for_ever() {
        let mut tries = Tries::new(true, 2, LONG);
        let repeats = (0..100).take_while(|_| tries.after(&failure(Repeat::AtOnce, None)).is_some());
        assert_eq!(repeats.count(), MOST_AT_ONCE as usize + 2);
    }

    #[test]
    fn no_wait_is_too_long_to_be_counted() {
        for ms in [u64::MAX, u64::MAX - 1, 600_001] {
            let mut tries = Tries::new(true, 3, Duration::from_secs(u32::MAX.into()));
            assert_eq!(tries.after(&failure(Repeat::Always, Some(ms))), None, "{ms}");
        }
    }

    #[test]
    fn retries_are_counted_but_a_fresh_connection_is_not_one() {
        let mut tries = Tries::new(true, 1, LONG);
        assert_eq!(tries.after(&failure(Repeat::AtOnceIfIdempotent, None)), Some(Duration::ZERO));
        assert!(tries.after(&failure(Repeat::IfIdempotent, None)).is_some());
        assert_eq!(tries.after(&failure(Repeat::IfIdempotent, None)), None);
    }

    #[test]
    fn who_waits_for_a_turn_waits_as_long_as_there_is_time_unless_retries_are_off() {
        let mut tries = Tries::new(false, 1, LONG);
        for _ in 0..20 {
            assert!(tries.after(&failure(Repeat::WhenItsTurn, None)).is_some());
        }
        assert_eq!(tries.after(&failure(Repeat::WhenItsTurn, Some(3_601_000))), None);
        let mut tries = Tries::new(false, 0, LONG);
        assert_eq!(tries.after(&failure(Repeat::WhenItsTurn, None)), None);
    }

    #[test]
    fn a_corrected_clock_gives_one_more_request() {
        let mut tries = Tries::new(false, 0, LONG);
        assert_eq!(tries.after(&failure(Repeat::ClockCorrected, None)), Some(Duration::ZERO));
        assert_eq!(tries.after(&failure(Repeat::ClockCorrected, None)), None);
    }
}
