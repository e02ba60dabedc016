// The types that the scripts of the match page share. Nothing of this is sent to a browser.

/** An event as it comes from the server. */
interface Envelope { v?: number; topic?: string; seq: number; ts: string; kind: string; body?: any }

/** A word or two in a box. */
interface Chip { text: string; side?: string; severity?: string }

/** A text of a row. A call of a tool knows which one it is, and whether the guard and the rules are done with it. */
interface Part {
  as: 'text' | 'code' | 'diff';
  text: string;
  chips: Chip[];
  struck?: boolean;
  tool?: string;
  call?: number;
  ruled?: boolean;
}

type Side = 'red' | 'blue' | 'target' | 'tool' | 'rules' | 'person' | 'judge' | 'arena' | 'user' | 'out';

interface Row {
  /** The event that it is about. */
  seq: number;
  /** The last event that is told in it. */
  end: number;
  /** Milliseconds. */
  at: number;
  /** 0 before the first. */
  round: number;
  side: Side;
  kind: string;
  title: string;
  note: string;
  chips: Chip[];
  parts: Part[];
  evidence: number[];
  isBlock: boolean;
  isBreach: boolean;
  isToolCall: boolean;
  isVerdict: boolean;
  /** A guard looked at it, or speaks. */
  hasGuard: boolean;
  /** Grows when what it tells changes. */
  version: number;
}

interface Round { number: number; row: number; about: string; outcome?: Chip }

/** How a match stands. */
interface Standing { round: number; breached: number; held: number; served: number; denied: number; calls: number; tokens: number }

type Mark = 'breach' | 'block' | 'verdict' | 'tool';
type Way = 1 | -1;
type Story = import('../../crates/arena/src/web/assets/match-story.js').Story;

/** How rows are to be shown. */
interface View {
  /** When the match began, milliseconds. */
  start: number;
  /** Rows of which everything is shown, by their event. */
  whole: Set<number>;
  /** Rounds of which only the heading is shown. */
  folded: Set<number>;
  /** The address of the page, to which the number of an event is added. */
  link: string;
}

type Connection = 'loading' | 'live' | 'reconnecting' | 'over' | 'signed-out' | 'failed';

/** A piece of a text that is being written. */
interface Delta { call: number; seat: string; offset: number; text: string }

/** Who is told what a feed brings. */
interface Listener {
  onEvents(events: Envelope[]): void;
  onState(state: Connection, detail: string): void;
  /** How many watch. */
  onCrowd(n: number): void;
  onDelta(delta: Delta): void;
  /** Something of another topic. */
  onPoke(kind: string): void;
}

/** What a match waits with. */
interface Waiting { match: string; call: number; about: string; since: string; tool?: string; arguments?: any; rule?: string; patch?: any }

type Child = Node | string | null | undefined | false;
