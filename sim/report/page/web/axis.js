// One axis for both clocks. In a simulation they take turns: while machines work, Raft time passes and the scenario stands
// still (a moment); when they rest, the scenario jumps to the next event and Raft stands still (a rest). The axis is the
// moments and rests in turn, each as wide as the root of its length, so that an hour beside a month and a message beside an
// election can both be seen. Positions run from 0 to 1.

import { after } from "./track.js";

const MOMENTS = 0.6; // the part of the axis that moments take together

export class Axis {
  constructor(run) {
    const parts = run.live || run.still ? liveParts(run) : simulatedParts(run);
    const wide = { moment: 0, rest: 0 };
    for (const p of parts) wide[p.kind] += p.weight;
    const share = { moment: wide.rest ? MOMENTS : 1, rest: wide.moment ? 1 - MOMENTS : 1 };
    let x = 0;
    for (const p of parts) {
      p.x0 = x;
      x += wide[p.kind] ? (share[p.kind] * p.weight) / wide[p.kind] : 0;
      p.x1 = x;
    }
    for (const p of parts) {
      p.x0 /= x || 1;
      p.x1 /= x || 1;
    }
    this.parts = parts;
    this.t0s = parts.map((p) => p.t0);
    this.x0s = parts.map((p) => p.x0);
    this.s0s = parts.map((p) => p.s0);
    this.last = parts.at(-1);
  }

  /** x returns the position of a Raft time. */
  x(t) {
    // Of parts that begin at the same Raft time the last one counts: the moment, not the rest before it.
    const p = this.parts[Math.max(after(this.t0s, t) - 1, 0)];
    return p.x0 + (p.x1 - p.x0) * part(t, p.t0, p.t1);
  }

  /** xOf returns the position of what happened at a Raft time in the moment of a scenario time: where the machines had
      nothing to do, several moments begin at the same Raft time. */
  xOf(t, s) {
    for (let i = after(this.t0s, t) - 1; i >= 0 && this.parts[i].t1 >= t - 1e-9; i--) {
      const p = this.parts[i];
      if (p.kind === "moment" && p.s0 === s) return p.x0 + (p.x1 - p.x0) * part(t, p.t0, p.t1) * (p.t1 > p.t0 ? 1 : 0.5);
    }
    return this.x(t);
  }

  /** at returns both clocks at a position: Raft time t, scenario time s, and whether the machines rest there. */
  at(x) {
    const p = this.parts[Math.max(after(this.x0s, x) - 1, 0)];
    const f = part(x, p.x0, p.x1);
    if (p.kind === "rest" && f >= 1 && p.next) return { t: p.next.t0, s: p.next.s0, rests: false };
    // During a rest what holds is what held at its beginning, so it ends just before the moment that follows.
    const t = p.kind === "rest" ? p.t0 - 1e-6 : p.t0 + (p.t1 - p.t0) * f;
    return { t, s: p.s0 + (p.s1 - p.s0) * f, rests: p.kind === "rest" };
  }

  /** xOfScenario returns the position of a scenario time: the beginning of its moment, or a place in a rest. */
  xOfScenario(s) {
    const p = this.parts[Math.max(after(this.s0s, s) - 1, 0)];
    if (p.kind === "moment" && p.s0 === p.s1) return p.x0;
    return p.x0 + (p.x1 - p.x0) * part(s, p.s0, p.s1);
  }

  get moments() {
    return this.parts.filter((p) => p.kind === "moment");
  }
}

function part(v, from, to) {
  if (to <= from) return 1;
  return Math.min(Math.max((v - from) / (to - from), 0), 1);
}

function simulatedParts(run) {
  const clock = run.clock.length ? run.clock : [[0, run.start]];
  const parts = [];
  clock.forEach(([t0, s], i) => {
    const t1 = i + 1 < clock.length ? clock[i + 1][0] : Math.max(run.raftEnd, t0);
    const before = parts.at(-1);
    if (before && s > before.s1) {
      const rest = { kind: "rest", t0, t1: t0, s0: before.s1, s1: s, weight: Math.sqrt((s - before.s1) / 3600) };
      parts.push(rest);
    }
    const moment = { kind: "moment", t0, t1, s0: s, s1: s, weight: Math.sqrt(t1 - t0 + 4) };
    if (parts.length) parts.at(-1).next = moment;
    parts.push(moment);
  });
  if (run.end > parts.at(-1).s1) {
    const t0 = parts.at(-1).t1;
    parts.push({ kind: "rest", t0, t1: t0, s0: parts.at(-1).s1, s1: run.end, weight: Math.sqrt((run.end - parts.at(-1).s1) / 3600) });
  }
  return parts;
}

// Of a live conference both clocks run together, and without machines there is only one: the quiet stretches between happenings are drawn short.
function liveParts(run) {
  const marks = new Set([0, run.raftEnd]);
  for (const list of [run.stepTimes, run.recordTimes, run.clock.map((c) => c[0])]) for (const t of list) marks.add(t);
  const times = [...marks].sort((a, b) => a - b);
  const parts = [];
  for (let i = 0; i + 1 < times.length; i++) {
    const [t0, t1] = [times[i], times[i + 1]];
    parts.push({ kind: "moment", t0, t1, s0: run.start + t0 / 1000, s1: run.start + t1 / 1000, weight: Math.sqrt(Math.min(t1 - t0, 3.6e6) + 400) });
  }
  if (!parts.length) parts.push({ kind: "moment", t0: 0, t1: 1, s0: run.start, s1: run.start + 1, weight: 1 });
  return parts;
}
