//! The end of a round: the answer leaves, the referee speaks, the match goes on or ends.

use jiff::SignedDuration;

use super::lifecycle::Context;
use super::{Conclusion, Fate, MAX_EXCHANGES, Match, Phase, Round, Source, Step};
use crate::event::{Answer, Event, Plan};
use crate::id::Seat;
use crate::message::FailureClass;
use crate::referee::{self, Verdict};
use crate::scenario::Channel;

/// So many rounds void one after the other, and the match is given up.
const MAX_VOID_IN_A_ROW: usize = 3;

pub(super) fn ended(cx: &mut Context<'_>, mut round: Box<Round>, step: Step) -> Result<Phase, Phase> {
    match (step, &cx.record.event) {
        (Step::Releasing(answer), Event::AnswerReleased { answer: released }) if answer == *released => {
            let speaks_to_red =
                matches!(round.plan, Plan::Attack { .. }) && cx.game.spec.scenario.channel == Channel::Chat;
            if let (true, Answer::Given { text }) = (speaks_to_red, &answer) {
                round.seen.push((cx.record.seq, text.clone()));
            }
            Ok(Phase::Playing(round, Step::Judging(Fate::Played { answer })))
        }
        (Step::Judging(fate), Event::RoundJudged { round: judged, verdict }) if *judged == round.number => {
            cx.game.verdicts.push(verdict.clone());
            cx.game.score.count(verdict);
            learn(cx.game, &round);
            cx.game.exchanges.extend(round.exchange(&fate));
            if cx.game.exchanges.len() > MAX_EXCHANGES {
                cx.game.exchanges.pop_front();
            }
            Ok(after(cx, &round, fate))
        }
        (step, _) => Err(Phase::Playing(round, step)),
    }
}

/// Notes which flags Red named, and which it was shown, in this round. Whatever came first stands.
fn learn(game: &mut Match, round: &Round) {
    for spec in &game.spec.scenario.flags {
        let Some(flag) = game.flags.get(spec.id.as_str()) else { continue };
        if game.known.contains_key(&spec.id) {
            continue;
        }
        // Red speaks before it sees.
        if referee::find(flag, &[&round.attack]).is_some() {
            game.known.insert(spec.id.clone(), Source::Named);
        } else if round.seen.iter().any(|(_, text)| referee::find(flag, &[text]).is_some()) {
            game.known.insert(spec.id.clone(), Source::Shown);
        }
    }
}

/// What follows a round that was judged. A model that is set up wrongly ends the match, as does one that fails round
/// after round.
fn after(cx: &Context<'_>, round: &Round, fate: Fate) -> Phase {
    let failure = match fate {
        Fate::Void { failure: Some(failure), .. } if failure.class == FailureClass::Misconfigured => {
            return Phase::Concluding(Conclusion::Broken(failure));
        }
        Fate::Void { failure, .. } => failure,
        Fate::Played { .. } => None,
    };
    if cx.game.spec.n_rounds.is_some_and(|n_rounds| round.number >= n_rounds.get()) {
        return Phase::Concluding(Conclusion::RoundsPlayed);
    }
    let now = cx.record.at;
    let mut seats = Seat::ALL.into_iter().filter(|seat| cx.game.spec.contestant(*seat).is_some());
    if let Some(exhausted) = seats.find_map(|seat| cx.game.exhausted(seat, cx.since, now)) {
        return Phase::Concluding(Conclusion::Exhausted(exhausted));
    }
    if let Some(failure) = failure {
        let in_a_row = cx.game.verdicts.iter().rev().take_while(|verdict| Verdict::is_void(verdict)).count();
        if in_a_row >= MAX_VOID_IN_A_ROW {
            return Phase::Concluding(Conclusion::Broken(failure));
        }
    }
    let delay = SignedDuration::from_millis(i64::try_from(cx.game.spec.delay_ms).unwrap_or(i64::MAX));
    let not_before = now.checked_add(delay).unwrap_or(jiff::Timestamp::MAX);
    Phase::Opening { round: round.number.saturating_add(1), not_before }
}
