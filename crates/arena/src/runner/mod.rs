//! Plays matches: many at once, each a task that owns its match. Append first, perform after.

mod drive;
mod perform;
mod purse;
mod question;

use std::collections::HashMap;
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arena_core::budget::{Budget, Spent};
use arena_core::engine::{Illegal, Match, Stage, fold, open};
use arena_core::event::{Event, Record};
use arena_core::id::{CallId, MatchId, Seq};
use arena_core::ruling::Approval;
use arena_core::spec::Spec;
use arena_store::{Kind, Rev, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::drive::{Command, Driver, Order};
use self::purse::Purse;
use crate::bus::Bus;
use crate::chance;
use crate::clock::Clock;
use crate::drafts::Drafts;
use crate::header::Header;
use crate::roster::{self, Roster};
use crate::telemetry::Meter;
use crate::tools::{self, Bench, Workshop};

/// Commands that wait for one match. Each is answered before the next is sent by the same hand, so few are enough.
const INBOX: usize = 8;

/// Events of a match that are read at once when it is taken over.
const PAGE: usize = 1_000;

/// The parts that matches share.
pub struct Runner {
    shared: Arc<Shared>,
    /// How many matches may be played at once.
    places: Arc<Semaphore>,

    /// Tells every match to put down its work.
    closing: watch::Sender<bool>,
    /// Where the matches that are played here take orders.
    inboxes: Arc<Mutex<HashMap<MatchId, mpsc::Sender<Command>>>>,
    /// Held by whoever takes a match that nobody plays, from the look whether that is so until it is played or let go: two
    /// hands of this process would each go on from what the other is about to change. Each match has its lock.
    taking: [tokio::sync::Mutex<()>; N_LOCKS],
}

/// Matches share locks by chance; so many are enough that few wait for another's.
const N_LOCKS: usize = 64;

struct Shared {
    store: Arc<dyn Store>,
    roster: Roster,
    clock: Arc<dyn Clock>,
    bus: Bus,
    drafts: Drafts,
    workshop: Arc<Workshop>,
    meter: Arc<Meter>,
    purse: Purse,
}

/// A match that is being played. Dropping it puts the match down as it is; it can be taken up again.
pub struct Playing {
    /// Which match.
    pub id: MatchId,
    inbox: mpsc::Sender<Command>,
    task: JoinHandle<Result<Put, Error>>,
}

/// How the work on a match was put down.
#[derive(Debug)]
pub enum Put {
    /// The match is over.
    Ended(Box<Match>),
    /// The runner closed, or somebody paused the match; it can be taken up again.
    Down(Box<Match>),
}

/// A match cannot be played on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database has no such match.
    #[error("there is no match {0}")]
    NoSuchMatch(MatchId),
    /// The command does not fit the match as it stands.
    #[error("match {id} cannot be {command}: it is {state}")]
    Conflict {
        /// Which match.
        id: MatchId,
        /// What was asked: `paused`, `resumed`, `stopped`.
        command: &'static str,
        /// What it is.
        state: &'static str,
    },
    /// The record of the match does not fold.
    #[error("the record of match {id} is not the record of a match")]
    Record {
        /// Which match.
        id: MatchId,
        /// Where it breaks.
        #[source]
        cause: Illegal,
    },
    /// A model is not to be had.
    #[error(transparent)]
    Model(#[from] roster::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] arena_store::Error),
    /// No random bytes for an id.
    #[error(transparent)]
    Chance(#[from] chance::NoChance),
    /// The match's task panicked or was aborted.
    #[error("the task of match {id} ended before the match")]
    Task {
        /// Which match.
        id: MatchId,
        /// Why.
        #[source]
        cause: tokio::task::JoinError,
    },
    /// All matches together have used up what they may.
    #[error("all matches together have used up their {0}; arena serve --total-{0} gives the next server more")]
    Spent(&'static str),
    /// The runner closes and begins nothing new.
    #[error("the arena is closing")]
    Closing,
    /// The match ended before the command reached it.
    #[error("match {0} is not being played")]
    NotPlaying(MatchId),
    /// The match waits for no person.
    #[error("match {0} waits for nobody's decision")]
    NothingAsked(MatchId),
    /// The match waits for a decision on another call than the one that was decided on.
    #[error("match {0} waits for a decision on another call by now; look at it again")]
    AnotherAsked(MatchId),
    /// Its real tools are not to be had.
    #[error(transparent)]
    Tools(#[from] tools::Error),
}

impl Runner {
    /// A runner that plays at most `n_places` matches at once, with the tools of `workshop`.
    pub fn new(
        store: Arc<dyn Store>,
        roster: Roster,
        clock: Arc<dyn Clock>,
        workshop: Arc<Workshop>,
        n_places: usize,
    ) -> Self {
        Self::with_budget(store, roster, clock, workshop, n_places, Budget::default())
    }

    /// The same, with a budget that all matches share: whatever of it is used up first, none is begun or played on then, and
    /// those that are played are held.
    pub fn with_budget(
        store: Arc<dyn Store>,
        roster: Roster,
        clock: Arc<dyn Clock>,
        workshop: Arc<Workshop>,
        n_places: usize,
        budget: Budget,
    ) -> Self {
        let (bus, meter, purse) = (Bus::default(), Arc::default(), Purse::new(budget));
        let drafts = Drafts::default();
        let shared = Shared { store, roster, clock, bus, drafts, workshop, meter, purse };
        Self {
            shared: Arc::new(shared),
            places: Arc::new(Semaphore::new(n_places)),
            closing: watch::Sender::new(false),
            inboxes: Arc::default(),
            taking: std::array::from_fn(|_| tokio::sync::Mutex::default()),
        }
    }

    /// The bell of the matches played here.
    pub fn bus(&self) -> &Bus {
        &self.shared.bus
    }

    /// What the models of the matches played here write.
    pub fn drafts(&self) -> &Drafts {
        &self.shared.drafts
    }

    /// The real tools.
    pub fn workshop(&self) -> &Arc<Workshop> {
        &self.shared.workshop
    }

    /// The models that are asked.
    pub fn roster(&self) -> &Roster {
        &self.shared.roster
    }

    /// What happened, in figures.
    pub fn meter(&self) -> &Meter {
        &self.shared.meter
    }

    /// What all matches have used since this process began.
    pub fn spent(&self) -> Spent {
        self.shared.purse.spent()
    }

    /// The store they are kept in.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// Creates a match and plays it as soon as there is a place.
    ///
    /// # Errors
    /// [`Error::Model`] if a model of the spec is not to be had: then nothing was created.
    pub async fn start(&self, spec: Arc<Spec>) -> Result<Playing, Error> {
        self.shared.roster.check(&spec)?;
        self.shared.workshop.check(&spec).await?;
        let place = self.place().await?;
        Ok(self.spawn(self.begin(self.new_id()?, spec)?, place))
    }

    /// Creates match `id`, which nobody plays yet: [`Runner::resume`] does. Returns once it is durable.
    ///
    /// # Errors
    /// [`Error::Model`] if a model of the spec is not to be had, [`Error::Spent`]: then nothing was created.
    /// [`Error::Store`] if there is such a match already.
    pub async fn create(&self, id: MatchId, spec: Arc<Spec>) -> Result<(), Error> {
        self.has_budget()?;
        self.shared.roster.check(&spec)?;
        self.shared.workshop.check(&spec).await?;
        Ok(self.begin(id, spec)?.save().await?)
    }

    fn has_budget(&self) -> Result<(), Error> {
        self.shared.purse.exhausted().map_or(Ok(()), |what| Err(Error::Spent(what)))
    }

    /// The id of a match that begins now.
    ///
    /// # Errors
    /// [`Error::Chance`].
    pub fn new_id(&self) -> Result<MatchId, Error> {
        Ok(chance::match_id(self.shared.clock.now())?)
    }

    fn begin(&self, id: MatchId, spec: Arc<Spec>) -> Result<Driver, Error> {
        let at = self.shared.clock.now();
        let created = Record { seq: Seq::ZERO.next(), at, event: Event::Created { id, spec } };
        let game = open(&created).map_err(|cause| Error::Record { id, cause })?;
        Ok(Driver::begin(Arc::clone(&self.shared), id, game, created))
    }

    /// Takes a match up again where its record ends. A paused match stays paused.
    ///
    /// # Errors
    /// [`Error::NoSuchMatch`], [`Error::Record`], [`Error::Conflict`] if it is over, [`Error::Model`].
    pub async fn resume(&self, id: MatchId) -> Result<Playing, Error> {
        let place = self.place().await?;
        let _taken = self.take(id).await;
        let (game, rev) = self.unfinished(id, "resumed").await?;
        self.shared.roster.check(&game.spec)?;
        self.shared.workshop.check(&game.spec).await?;
        Ok(self.spawn(Driver::take_over(Arc::clone(&self.shared), id, game, rev), place))
    }

    /// Ends a match, whether it is played here or by nobody. Returns once that is durable.
    ///
    /// # Errors
    /// [`Error::NoSuchMatch`], [`Error::Record`], [`Error::Conflict`] if it is over.
    pub async fn stop(&self, id: MatchId, reason: String) -> Result<(), Error> {
        self.order(id, Order::Stop { reason }, "stopped").await
    }

    /// Holds a match, whether it is played here or by nobody. Returns once that is durable; one that is played here is put
    /// down then, and gives its place up.
    ///
    /// # Errors
    /// [`Error::NoSuchMatch`], [`Error::Record`], [`Error::Conflict`] if it is not running.
    pub async fn pause(&self, id: MatchId) -> Result<(), Error> {
        self.order(id, Order::PutDown, "paused").await
    }

    /// Lets a held match go on, once somebody [resumes](Runner::resume) it. Returns once that is durable.
    ///
    /// # Errors
    /// [`Error::NoSuchMatch`], [`Error::Record`], [`Error::Conflict`] if it is not paused, [`Error::Spent`].
    pub async fn go_on(&self, id: MatchId) -> Result<(), Error> {
        self.has_budget()?;
        self.order(id, Order::Resume, "resumed").await
    }

    /// Gives an order to a match, whether it is played here or by nobody.
    async fn order(&self, id: MatchId, order: Order, command: &'static str) -> Result<(), Error> {
        let _taken = self.take(id).await;
        let inbox = inboxes(&self.inboxes).get(&id).cloned();
        if let Some(inbox) = inbox {
            match self::order(id, &inbox, order.clone()).await {
                // It was put down meanwhile: what it is now, its record says.
                Err(Error::NotPlaying(_)) => {}
                done => return done,
            }
        }
        let (game, rev) = self.unfinished(id, command).await?;
        Driver::take_over(Arc::clone(&self.shared), id, game, rev).obey(order).await
    }

    /// Answers for a person what the match waits with, if that is still what they have seen. Returns once that is durable.
    ///
    /// # Errors
    /// [`Error::NothingAsked`] if it waits for no person, [`Error::AnotherAsked`], [`Error::NotPlaying`] if it is not played here.
    pub async fn decide(&self, id: MatchId, call: CallId, approval: Approval) -> Result<(), Error> {
        let inbox = inboxes(&self.inboxes).get(&id).cloned().ok_or(Error::NotPlaying(id))?;
        order(id, &inbox, Order::Decide { call, approval }).await
    }

    /// Tells every match to put down its work, as soon as what it appends is durable.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Whether [`Runner::close`] was called.
    pub fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    async fn take(&self, id: MatchId) -> tokio::sync::MutexGuard<'_, ()> {
        let mut hasher = std::hash::DefaultHasher::new();
        id.hash(&mut hasher);
        let lock = usize::try_from(hasher.finish() % N_LOCKS as u64).unwrap_or_default();
        self.taking[lock].lock().await
    }

    /// Waits for a place at the table.
    async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Error::Closing)?;
        if self.is_closing() { Err(Error::Closing) } else { Ok(place) }
    }

    fn spawn(&self, driver: Driver, place: OwnedSemaphorePermit) -> Playing {
        let (inbox, commands) = mpsc::channel(INBOX);
        let id = driver.id();
        let closing = self.closing.subscribe();
        inboxes(&self.inboxes).insert(id, inbox.clone());
        let registered = Registered { id, inboxes: Arc::clone(&self.inboxes) };
        let task = tokio::spawn(async move {
            let put = driver.run(commands, closing).await;
            drop((registered, place));
            put
        });
        Playing { id, inbox, task }
    }

    /// The match as its record has it, and its header's revision.
    async fn unfinished(&self, id: MatchId, command: &'static str) -> Result<(Match, Rev), Error> {
        let records = records(&*self.shared.store, id).await?;
        let game = fold(&records).map_err(|cause| Error::Record { id, cause })?.ok_or(Error::NoSuchMatch(id))?;
        if let Stage::Ended(_) = game.stage {
            return Err(Error::Conflict { id, command, state: game.stage.word() });
        }
        let header = self.shared.store.get(Kind::Match, &id.to_string()).await?;
        Ok((game, header.map_or(Rev::NEW, |document| document.rev)))
    }
}

/// Every event of a match; none if there is no such match.
///
/// # Errors
/// What the store says.
pub async fn records(store: &dyn Store, id: MatchId) -> Result<Vec<Record>, arena_store::Error> {
    let mut records: Vec<Record> = Vec::new();
    loop {
        let after = records.last().map_or(Seq::ZERO, |record| record.seq);
        let page = store.records(id, after, PAGE).await?;
        let is_last = page.len() < PAGE;
        records.extend(page);
        if is_last {
            return Ok(records);
        }
    }
}

impl Playing {
    /// Holds the match. Returns once that is durable; a model call under way is given up.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it is not running, [`Error::NotPlaying`] if it has ended.
    pub async fn pause(&self) -> Result<(), Error> {
        self.order(Order::Pause).await
    }

    /// Lets a held match go on.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it is not paused, [`Error::NotPlaying`] if it has ended.
    pub async fn go_on(&self) -> Result<(), Error> {
        self.order(Order::Resume).await
    }

    /// Ends the match. Returns once that is durable; whatever is under way is given up.
    ///
    /// # Errors
    /// [`Error::NotPlaying`] if it has ended.
    pub async fn stop(&self, reason: String) -> Result<(), Error> {
        self.order(Order::Stop { reason }).await
    }

    /// Waits until the match is over or put down.
    ///
    /// # Errors
    /// What kept it from going on; its record is whole up to the last durable event.
    pub async fn ended(&mut self) -> Result<Put, Error> {
        let id = self.id;
        (&mut self.task).await.map_err(|cause| Error::Task { id, cause })?
    }

    async fn order(&self, order: Order) -> Result<(), Error> {
        self::order(self.id, &self.inbox, order).await
    }
}

/// Gives an order to a match in play and waits until it is carried out or refused.
async fn order(id: MatchId, inbox: &mpsc::Sender<Command>, order: Order) -> Result<(), Error> {
    let (done, answer) = oneshot::channel();
    inbox.send(Command { order, done }).await.map_err(|_| Error::NotPlaying(id))?;
    answer.await.map_err(|_| Error::NotPlaying(id))?
}

/// A match's place among those that take orders; given up with the task that plays it, however that ends.
struct Registered {
    id: MatchId,
    inboxes: Arc<Mutex<HashMap<MatchId, mpsc::Sender<Command>>>>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        inboxes(&self.inboxes).remove(&self.id);
    }
}

fn inboxes(
    inboxes: &Mutex<HashMap<MatchId, mpsc::Sender<Command>>>,
) -> MutexGuard<'_, HashMap<MatchId, mpsc::Sender<Command>>> {
    // Nothing panics while it is held, and the map is whole in any case.
    inboxes.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// A bench for the tools of `game`.
    fn bench(&self, game: &Match) -> Arc<tokio::sync::Mutex<Bench>> {
        Arc::new(tokio::sync::Mutex::new(Bench::new(Arc::clone(&self.workshop), Arc::clone(&self.store), game)))
    }

    /// Makes records of `game` durable, with the header where it changes, then counts and rings.
    async fn append(
        &self,
        game: &Match,
        records: Vec<Record>,
        header: Option<(&Header, Rev)>,
    ) -> Result<(), arena_store::Error> {
        let Some(first) = records.first() else { return Ok(()) };
        let id = game.id;
        let after = Seq(first.seq.0 - 1);
        let header = header.map(|(header, rev)| header.put(id, rev));
        let begun = Instant::now();
        self.store.append(arena_store::Append { id, after, records: records.clone(), header }).await?;
        self.meter.appended(game, &records, begun.elapsed());
        self.bus.ring(id);
        Ok(())
    }
}
