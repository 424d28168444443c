// What a film says holds at a moment. Nothing of the terms is worked out here: how plans stand comes with the film, move by
// move, from the state machine itself.

import { Track, after } from "./track.js";
import { Axis } from "./axis.js";

export const DOWN = 0, FOLLOWER = 1, CANDIDATE = 2, LEADER = 3;

const KINDS = ["heartbeat", "commit notice", "entries", "pre-vote request", "vote request", "order to stand for election",
  "snapshot", "call"];
export const HEARTBEAT = 0, COMMIT = 1, APPEND = 2, PREVOTE = 3, VOTE = 4, TIMEOUT = 5, SNAPSHOT = 6, CALL = 7;
const ANSWER = 16;
const LOST = 1, HELD = 2, OK = 4;

export class Run {
  constructor(film, live) {
    Object.assign(this, { label: film.label ?? "", id: film.id, title: film.title, about: film.about, seed: film.seed, on: film.on,
      start: film.start, end: film.end, capitals: film.capitals, terms: film.terms, stages: film.stages, ending: film.ending,
      failed: film.failed, live, still: Boolean(film.still) });
    this.raftEnd = 0;
    this.clock = [];
    this.role = film.capitals.map(() => new Track([DOWN, 0]));
    this.follows = film.capitals.map(() => new Track(-1));
    this.stored = film.capitals.map(() => new Track(0));
    this.applied = film.capitals.map(() => new Track(0));
    this.lines = [];
    this.lineTimes = [];
    this.reach = new Track(null);
    this.steps = [];
    this.stepTimes = [];
    this.record = [];
    this.recordTimes = [];
    this.plans = new Map(); // id to a track by number of moves
    this.pledges = new Track([]);
    this.messages = [];
    this.messageCount = 0;
    this.leftOut = {};
    this.append(film);
  }

  /** append takes what a film has, or what has happened since. */
  append(film) {
    const all = (list) => list ?? []; // of what has happened since, most lists are empty
    this.clock.push(...all(film.clock));
    for (const [t, c, role, term] of all(film.roles)) this.role[c].push(t, [role, term]);
    for (const [t, c, leader] of all(film.follows)) this.follows[c].push(t, leader);
    for (const [t, c, n] of all(film.stored)) this.stored[c].push(t, n);
    for (const [t, c, n] of all(film.applied)) this.applied[c].push(t, n);
    for (const line of all(film.lines)) {
      this.lines.push(line);
      this.lineTimes.push(line.t);
    }
    for (const r of all(film.reach)) this.reach.push(r.t, r);
    for (const step of all(film.steps)) {
      this.steps.push(step);
      this.stepTimes.push(step.t);
    }
    for (const entry of all(film.record)) {
      this.record.push(entry);
      this.recordTimes.push(entry.t);
    }
    for (const { k, id, change } of all(film.plans)) {
      if (!this.plans.has(id)) this.plans.set(id, new Track(null));
      const track = this.plans.get(id);
      const before = track.values.at(-1);
      track.push(k, { id, ...before, ...change });
    }
    for (const { k, list } of all(film.pledges)) this.pledges.push(k, list);
    if (film.messages) this.readMessages(film.messages);
    this.end = Math.max(this.end, film.end ?? 0); // of a live one it grows
    const last = Math.max(this.stepTimes.at(-1) ?? 0, this.recordTimes.at(-1) ?? 0, this.clock.at(-1)?.[0] ?? 0);
    this.raftEnd = Math.max(this.raftEnd, film.raft_end ?? 0, last);
    this.axis = new Axis(this);
  }

  readMessages(m) {
    this.messageCount += m.count;
    for (const [kind, n] of Object.entries(m.left_out ?? {})) this.leftOut[kind] = (this.leftOut[kind] ?? 0) + n;
    let sent = 0;
    for (let i = 0; i < m.sent.length; i++) {
      sent += m.sent[i];
      this.messages.push({
        sent: sent / 1000, end: m.took[i] < 0 ? Infinity : (sent + m.took[i]) / 1000, from: m.from[i], to: m.to[i],
        kind: m.kind[i] & 15, answer: m.kind[i] >= ANSWER, lost: (m.fate[i] & LOST) !== 0, held: (m.fate[i] & HELD) !== 0,
        ok: (m.fate[i] & OK) !== 0, term: m.term[i], index: m.index[i], entries: m.entries[i],
      });
    }
    this.sentTimes = this.messages.map((x) => x.sent);
  }

  /** stepOfMove returns the step that tells of a move of the record, by its place from 0; -1 if none does. */
  stepOfMove(move) {
    const index = this.record[move]?.index;
    return index ? this.steps.findIndex((s) => s.index === index) : -1;
  }

  name(c) {
    return this.capitals[c]?.name ?? "nobody";
  }

  names(list) {
    return list.map((c) => this.name(c));
  }

  /** moves returns how many moves of the record anybody has applied at Raft time t. */
  moves(t) {
    return after(this.recordTimes, t);
  }

  /** plansAt returns how all plans stand after k moves, in the order in which they were proposed. */
  plansAt(k) {
    const all = [];
    for (const track of this.plans.values()) {
      const plan = track.at(k);
      if (plan) all.push(plan);
    }
    return all;
  }

  /** versions returns how a plan stood when each of its versions was put, up to k moves. */
  versions(id, k) {
    const track = this.plans.get(id);
    const found = new Map();
    for (let i = 0; i <= track.place(k); i++) {
      const plan = track.values[i];
      if (!found.has(plan.version)) found.set(plan.version, plan);
    }
    return [...found.values()];
  }

  /** linesAt returns the lines that are not sound at Raft time t: from, to, and what is wrong. */
  linesAt(t) {
    const now = new Map();
    const n = after(this.lineTimes, t);
    for (let i = 0; i < n; i++) {
      const l = this.lines[i];
      const key = l.from * 1000 + l.to;
      if (l.cut || l.held || l.drop || l.slow) now.set(key, l);
      else now.delete(key);
    }
    return [...now.values()];
  }

  /** leader returns who leads at t: the leader of the highest Raft term; -1 if nobody does. */
  leader(t) {
    let leader = -1;
    let highest = -1;
    this.role.forEach((track, c) => {
      const [role, term] = track.at(t);
      if (role === LEADER && term > highest) [leader, highest] = [c, term];
    });
    return leader;
  }

  /** explain says what a message was and what became of it. */
  explain(m) {
    const from = this.name(m.from);
    const to = this.name(m.to);
    let what = KINDS[m.kind];
    if (m.kind === APPEND && !m.answer) what = m.entries === 1 ? "1 entry of the log" : `${m.entries} entries of the log`;
    let text = `${from} to ${to}: ${what}`;
    if (m.answer) {
      const yes = m.kind === VOTE || m.kind === PREVOTE ? (m.ok ? "granted" : "not granted") : m.ok ? "done" : "refused";
      text = `${from} to ${to}: answer to a ${what.replace("entries", "message with entries")}, ${yes}`;
    }
    if (m.index) text += `, up to index ${m.index}`;
    if (m.term) text += `, Raft term ${m.term}`;
    text += `. Sent at ${m.sent.toFixed(1)} ms`;
    if (m.lost) return text + `; it was lost after ${(m.end - m.sent).toFixed(1)} ms.`;
    if (m.end === Infinity) return text + (m.held ? "; it is held back." : "; it was still under way at the end.");
    return text + `, arrived ${(m.end - m.sent).toFixed(1)} ms later${m.held ? ", having been held back" : ""}.`;
  }
}
