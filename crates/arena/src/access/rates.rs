//! How often somebody may ask: a bucket of requests for each token and each address. Time comes in as data.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// So many are told apart. When more come at once, those beyond share one bucket: memory has an end.
const MAX_BUCKETS: usize = 10_000;

/// A bucket holds what comes in so many seconds: a page with many parts, a burst of a script.
const BURST_SECONDS: f64 = 2.0;

/// The limits of a server.
#[derive(Debug)]
pub struct Rates {
    per_second: f64,
    buckets: Mutex<HashMap<Asker, Bucket>>,
}

/// Who asks, as far as rates are concerned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Asker {
    /// The holder of a token.
    Token(String),
    /// Somebody at this address. Of IPv6 the first 64 bits count: who has one address there has all of them.
    Address(IpAddr),
    /// Everybody for whom there was no room.
    Others,
}

/// What is left to somebody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Left {
    /// Whether this request may go on.
    pub allowed: bool,
    /// Requests at once, at most.
    pub quota: u64,
    /// Seconds after which an empty bucket is full.
    pub window_s: u64,
    /// Requests that may come now.
    pub remaining: u64,
    /// Seconds until the bucket is full; for who is refused, until the next request may come.
    pub reset_s: u64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    requests: f64,
    at: Instant,
}

impl Asker {
    /// Somebody at `address`.
    pub fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() & (u128::MAX << 64);
                Self::Address(IpAddr::V6(network.into()))
            }
            address @ IpAddr::V4(_) => Self::Address(address),
        }
    }
}

impl Rates {
    /// At most `per_second` requests a second of each, in the long run.
    pub fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second), buckets: Mutex::default() }
    }

    /// Takes one request of `asker` out of their bucket, if there is one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
    pub fn take(&self, asker: Asker, now: Instant) -> Left {
        let quota = self.per_second * BURST_SECONDS;
        let filled = |bucket: &Bucket| {
            let elapsed = now.saturating_duration_since(bucket.at).as_secs_f64();
            (bucket.requests + elapsed * self.per_second).min(quota)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let asker = if buckets.contains_key(&asker) || buckets.len() < MAX_BUCKETS {
            asker
        } else {
            // Who has a full bucket is as good as new.
            buckets.retain(|_, bucket| filled(bucket) < quota);
            if buckets.len() < MAX_BUCKETS { asker } else { Asker::Others }
        };
        let bucket = buckets.entry(asker).or_insert(Bucket { requests: quota, at: now });
        let requests = filled(bucket);
        let allowed = requests >= 1.0;
        let requests = if allowed { requests - 1.0 } else { requests };
        *bucket = Bucket { requests, at: now };
        let missing = if allowed { quota - requests } else { 1.0 - requests };
        Left {
            allowed,
            quota: quota as u64,
            window_s: BURST_SECONDS as u64,
            remaining: requests as u64,
            reset_s: (missing / self.per_second).ceil() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_as_many_as_come_in() {
        let (rates, begun) = (Rates::new(10), Instant::now());
        let ask =
            |name: &str, ms: u64| rates.take(Asker::Token(name.to_owned()), begun + Duration::from_millis(ms)).allowed;
        assert!((0..20).all(|_| ask("a", 0)));
        assert!(!ask("a", 0) && !ask("a", 99), "the bucket is empty");
        assert!(ask("b", 99), "another has their own");
        assert!(ask("a", 100) && !ask("a", 100));
        // Who asks while refused pays nothing for it, and rest fills no more than the bucket.
        assert!((0..20).all(|_| ask("a", 60_000)) && !ask("a", 60_000));
        // A clock that stands still, or goes back, gives nothing.
        assert!(!ask("a", 0));
    }

    #[test]
    fn who_is_told_apart_has_an_end_and_nobody_gets_a_bucket_by_another_address() {
        let (rates, now) = (Rates::new(1), Instant::now());
        for i in 0..20_000_u32 {
            rates.take(Asker::at(IpAddr::from(i.to_be_bytes())), now);
        }
        assert_eq!(rates.buckets.lock().unwrap().len(), MAX_BUCKETS + 1);
        assert!(!rates.take(Asker::at("9.9.9.9".parse().unwrap()), now).allowed, "the others share one");
        let at = |text: &str| Asker::at(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
    }
}
