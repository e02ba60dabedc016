//! What a turn is recorded to have cost, and whose it is.

use std::num::NonZeroUsize;
use std::sync::Arc;

use arena_core::budget::Price;
use arena_core::message::Usage;
use tokio::time::{Duration, Instant};

use super::script::{Act, Fault, Scripted, fails, question, says, spec};
use crate::chain::{Chain, Rules, Target, Terms};

/// A millionth of a dollar a token read, ten a token written.
const PRICE: Price = Price { input_picousd: 1_000_000, cached_picousd: 0, output_picousd: 10_000_000 };

async fn ask(requested: &str, acts: Vec<Act>, price: Option<Price>) -> arena_core::message::Reply {
    let terms = Terms { price, window_tokens: None, max_concurrent: NonZeroUsize::MIN };
    let target = Target::new(Arc::new(Scripted::new("a", acts)), terms);
    let chain = Chain::new(requested.parse().unwrap(), vec![Arc::new(target)], Rules::default());
    chain.ask(&question(7), Instant::now() + Duration::from_mins(10), &|_| {}).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_failed_attempt_costs_what_it_was_heard_to_use() {
    // Eight characters asked, and nine heard, are two and three tokens.
    let heard = Usage { input_tokens: 2, output_tokens: 3, estimated: true, ..Usage::default() };
    for (case, act, price, usage, cost_nanousd) in [
        ("refused", fails(Fault::Truncated), Some(PRICE), None, None),
        ("heard", fails(Fault::Truncated).saying("half of i"), Some(PRICE), Some(heard), Some(32_000)),
        ("heard, of no known price", fails(Fault::Truncated).saying("half of i"), None, Some(heard), None),
    ] {
        let reply = ask("test:a", vec![act], price).await;
        assert_eq!((reply.attempts[0].usage, reply.attempts[0].cost_nanousd), (usage, cost_nanousd), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_costs_what_its_provider_says_or_its_price() {
    for (case, said, price, cost_nanousd) in [
        ("said", Some(5), Some(PRICE), Some(5)),
        ("priced", None, Some(PRICE), Some(48_000)),
        ("unknown", None, None, None),
    ] {
        let act = says("one").costing(said);
        assert_eq!(ask("test:a", vec![act], price).await.cost_nanousd, cost_nanousd, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_says_what_was_asked_for_if_another_answered() {
    assert_eq!(ask("test:a", vec![], None).await.requested, None);
    let reply = ask("chain:test", vec![], None).await;
    assert_eq!((reply.requested, reply.answered_by), (Some("chain:test".parse().unwrap()), spec("a")));
}
