// The events of a match as they come, each exactly once and in order, whatever happens to the connection or the server.
// A WebSocket brings them; what it does not bring is read over HTTP.
import { ask } from './ask.js';

/** Of silence, then the connection is dead, milliseconds. The server speaks after 20 s. */
const DEAD = 45_000;
const PING = 20_000;

/** Events that are read at once over HTTP. */
const PAGE = 1000;

/** @param {number} attempt from 0 @param {number} chance 0 to 1 @returns {number} milliseconds */
export function backoff(attempt, chance) {
  return Math.round(Math.min(15_000, 250 * 2 ** attempt) * (0.5 + chance / 2));
}

export class Feed {
  /** @param {string} match @param {string[]} others topics that come beside it @param {Listener} listener */
  constructor(match, others, listener) {
    this.match = match;
    this.topic = `match:${match}`;
    this.others = others;
    this.listener = listener;
    /** The number of the last event that was given on. */
    this.last = 0;
    this.attempt = 0;
    /** @type {Connection} */
    this.state = 'loading';
    /** @type {WebSocket | null} */
    this.socket = null;
    /** When something came, or a connection was last tried. */
    this.heardAt = 0;
    /** Of when what is known is. */
    this.knownAt = Date.now();
    this.isFilling = false;
    /** Whether the topic was asked for, and the answer is still to come. */
    this.isAsking = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    // What one comes back to shall not wait for a timer.
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.hurry());
    setInterval(() => this.watch(), 5000);
  }

  /**
   * Begins to listen. A long history comes faster over HTTP, where a thousand events are one message.
   * @param {number} nKnown how many events there are at least
   */
  async start(nKnown) {
    if (nKnown - this.last > PAGE && (await this.fill()) === null) return;
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.drop();
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/ws`);
    this.socket = socket;
    this.heardAt = Date.now();
    let pingedAt = Date.now();
    socket.onopen = () => {
      this.subscribe();
      for (const topic of this.others) this.say({ t: 'sub', topic });
    };
    socket.onmessage = message => {
      if (socket !== this.socket) return;
      this.heardAt = this.knownAt = Date.now();
      if (this.heardAt - pingedAt > PING) {
        pingedAt = this.heardAt;
        this.say({ t: 'ping' });
      }
      this.hear(JSON.parse(message.data));
    };
    socket.onclose = event => socket === this.socket && this.closed(event.code);
  }

  /** @param {any} frame */
  hear(frame) {
    if (frame.t) return this.told(frame);
    if (frame.topic !== this.topic) return this.listener.onPoke(frame.kind);
    // What has no number may be missed, and means nothing for the rest.
    if (frame.seq === undefined || frame.seq === null) {
      if (frame.kind === 'presence') this.listener.onCrowd(frame.body?.n_watching ?? 0);
      if (frame.kind === 'delta' && frame.body) this.listener.onDelta(frame.body);
      return;
    }
    if (this.isFilling) return;
    if (frame.seq <= this.last + 1) this.take([frame]);
    else if (!this.isAsking) this.subscribe();
  }

  /** @param {any} frame about the socket */
  told({ t, topic, code, detail }) {
    if (t === 'ping') return this.say({ t: 'pong' });
    if (topic !== this.topic) return;
    if (t === 'subscribed') {
      this.attempt = 0;
      this.isAsking = false;
      this.become('live');
    } else if (t === 'ended') {
      this.become('over');
      this.drop();
    } else if (t === 'resync') {
      void this.fill().then(isThere => (isThere ? this.subscribe() : isThere === false && this.again()));
    } else if (t === 'error') {
      this.stop(code === 'unauthenticated' || code === 'forbidden' ? 'signed-out' : 'failed', detail);
    }
  }

  /** @param {number} code */
  closed(code) {
    this.socket = null;
    if (this.isDone) return;
    if (code === 4001) return this.stop('signed-out', 'Your sign-in has expired.');
    this.become('reconnecting');
    // Too slow for a socket, or not let in: HTTP says what there is, and why not.
    if (code === 4008 || code === 1006 || code === 1008 || code === 1011) {
      void this.fill().then(isThere => isThere !== null && this.later());
    } else this.later();
  }

  /** Begins anew with another connection. */
  again() {
    this.drop();
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), backoff(this.attempt++, Math.random()));
  }

  hurry() {
    if (this.state === 'reconnecting' && !this.socket && !this.isFilling) this.connect();
  }

  watch() {
    if (!this.socket || this.isDone) return;
    const silence = Date.now() - this.heardAt;
    if (silence > DEAD) {
      this.drop();
      this.closed(1001);
    } else if (silence > PING) this.say({ t: 'ping' });
  }

  /**
   * Reads all there is over HTTP. Whether it could be read; `null` says that it is of no use to come back.
   * @returns {Promise<boolean | null>}
   */
  async fill() {
    if (this.isFilling) return false;
    this.isFilling = true;
    try {
      for (;;) {
        const { value, problem, status } = await ask(`GET /api/v1/matches/${this.match}/events?after=${this.last}&limit=${PAGE}`);
        if (problem && status >= 400 && status < 500 && status !== 429 && status !== 408) {
          this.stop(status === 401 || status === 403 ? 'signed-out' : 'failed', problem.detail);
          return null;
        }
        if (problem) {
          this.become('reconnecting');
          return false;
        }
        this.take(value.data);
        if (!value.has_more) return true;
      }
    } finally {
      this.isFilling = false;
    }
  }

  /** Gives on those that were not given on before. @param {Envelope[]} events */
  take(events) {
    const fresh = events.filter(({ seq }) => seq > this.last);
    if (fresh.length === 0) return;
    this.last = fresh[fresh.length - 1].seq;
    this.listener.onEvents(fresh);
  }

  subscribe() {
    this.isAsking = true;
    this.say({ t: 'sub', topic: this.topic, since: this.last });
  }

  /** @param {object} words */
  say(words) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(words));
  }

  /** @param {Connection} state @param {string} [detail] */
  become(state, detail = '') {
    if (state === this.state && !detail) return;
    this.state = state;
    this.listener.onState(state, detail);
  }

  /** @param {Connection} state @param {string} detail */
  stop(state, detail) {
    clearTimeout(this.timer);
    this.become(state, detail);
    this.drop();
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  get isDone() {
    return this.state === 'over' || this.state === 'signed-out' || this.state === 'failed';
  }
}
