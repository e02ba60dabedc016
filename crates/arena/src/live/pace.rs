//! How often one connection is written to: at once after a rest, and then with a pause in which more comes together.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::select_all;
use tokio::time::{Instant, sleep_until};

use super::reading::Error;
use super::subscription::{Delivery, Subscription};
use super::topic::Topic;

/// Between two writes to one connection. A write costs the same for one event as for fifty, so that this bounds what a
/// viewer costs; nobody who reads sees so short a time.
const PAUSE: Duration = Duration::from_millis(40);

/// When one connection may be written to.
#[derive(Debug, Default)]
pub struct Pace {
    rests_until: Option<Instant>,
}

/// What comes next of a topic.
pub type Coming = (Topic, Result<Delivery, Error>);

impl Pace {
    /// What is there of all `subscriptions` when the next write is due; at least one thing. Waits, for ever if there are no
    /// subscriptions. Dropping the future loses nothing.
    pub async fn next_of(&mut self, subscriptions: &mut [Subscription]) -> Vec<Coming> {
        if subscriptions.is_empty() {
            return std::future::pending().await;
        }
        if let Some(until) = self.rests_until {
            sleep_until(until).await;
        }
        let (first, i, _) = select_all(subscriptions.iter_mut().map(|subscription| subscription.next().boxed())).await;
        let mut coming = vec![(subscriptions[i].topic, first)];
        for (_, subscription) in subscriptions.iter_mut().enumerate().filter(|(other, _)| *other != i) {
            coming.extend(subscription.next().now_or_never().map(|next| (subscription.topic, next)));
        }
        // Who has more to catch up with does not rest.
        let is_behind = coming.iter().any(|(_, next)| next.as_ref().is_ok_and(Delivery::is_a_page));
        self.rests_until = (!is_behind).then(|| Instant::now() + PAUSE);
        coming
    }
}
