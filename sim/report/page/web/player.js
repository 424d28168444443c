// The moment: played, paused, stepped and scrubbed. It knows the runs only as lists of steps with places on their axes.

import { h, put, setText } from "./dom.js";
import { kindOf, colourOf } from "./marks.js";
import { dayNumber, clock, longDate, raft } from "./time.js";

const SPEEDS = [0.5, 1, 2, 4];
const PER_STEP = 1400; // ms of real time a step takes at speed 1

export class Player {
  constructor(runs, show) {
    Object.assign(this, { runs, show, place: 0, speed: 1, playing: false });
    this.slider = h("input.slider", { type: "range", min: 0, max: 1, step: 1, "aria-label": "Step", oninput: () => this.go(Number(this.slider.value)) });
    this.marks = h("canvas.slider-marks", { "aria-hidden": "true" });
    this.play = h("button.play", { type: "button", "aria-label": "Play", title: "Play or pause (space)", onclick: () => this.toggle() }, icon("play"));
    this.clock = h("div.clock");
    this.what = h("div.what-now", { "aria-live": "polite" });
    this.rate = h("button.speed", { type: "button", title: "Speed", onclick: () => this.faster() }, "1×");
    this.el = h("footer.player", { role: "region", "aria-label": "Player" },
      h("div.bar", {},
        h("div.buttons", {},
          button("first", "First step (Home)", () => this.go(0)), button("back", "Step back (←)", () => this.step(-1)), this.play,
          button("next", "Step on (→)", () => this.step(1)), button("last", "Last step (End)", () => this.go(this.last)), this.rate),
        this.clock, this.what),
      h("div.track", {}, this.marks, this.slider));
    this.order();
    new ResizeObserver(() => this.drawMarks()).observe(this.marks);
  }

  /** order lines up the steps of all runs by scenario time. */
  order() {
    const all = this.runs.flatMap((run, r) => run.steps.map((step, i) => ({ r, i, s: step.at, t: step.t })));
    if (this.runs.length > 1) all.sort((a, b) => a.s - b.s || a.i - b.i || a.r - b.r);
    const at = this.runs.map(() => -1);
    this.places = [{ at: [...at], r: 0 }];
    for (const one of all) {
      at[one.r] = one.i;
      this.places.push({ at: [...at], r: one.r });
    }
    this.places.push({ at: [...at], r: this.places.at(-1).r, end: true });
    this.last = this.places.length - 1;
    this.slider.max = this.last;
    this.drawMarks();
  }

  /** go shows a place among the steps; 0 is before the first. */
  go(place, quietly) {
    this.place = Math.min(Math.max(place, 0), this.last);
    this.moments = this.runs.map((run, r) => this.momentAt(this.place, r));
    this.tell(quietly);
    this.show(this.moments);
  }

  /** momentAt returns the moment of a run at a place; the last place is the end, when everything has come to rest. */
  momentAt(place, r) {
    const { at, end } = this.places[place];
    const run = this.runs[r];
    if (end) return { x: 1, t: run.raftEnd, s: Math.max(run.end, run.steps.at(-1)?.at ?? 0), rests: true, step: at[r] };
    return momentOf(run, at[r]);
  }

  step(by) {
    this.pause();
    this.go(this.place + by);
  }

  /** seek goes to a step, a move or a position of the axis of one run. */
  seek(r, to) {
    this.pause();
    const run = this.runs[r];
    if (to.move !== undefined) {
      const step = run.stepOfMove(to.move);
      const entry = run.record[to.move];
      return this.seek(r, step >= 0 ? { step } : { x: run.axis.x(entry.t), t: entry.t });
    }
    if (to.step !== undefined) return this.go(this.places.findIndex((p) => p.at[r] === to.step));
    const here = { ...run.axis.at(to.x), x: to.x };
    if (to.t !== undefined) Object.assign(here, { t: to.t, rests: false });
    here.step = run.stepTimes.length ? lastUpTo(run.stepTimes, here.t) : -1;
    this.place = Math.max(this.places.findIndex((p) => p.at[r] === here.step), 0);
    this.moments = this.runs.map((_, i) => (i === r ? here : this.momentAt(this.place, i)));
    this.tell();
    this.show(this.moments);
  }

  /** goToMove goes to where every run has told of a move of its record, if it has that move. */
  goToMove(move) {
    this.pause();
    const places = this.runs.map((run, r) => {
      const step = run.stepOfMove(move);
      return step < 0 ? 0 : this.places.findIndex((p) => p.at[r] === step);
    });
    this.go(Math.max(...places));
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.place >= this.last) this.go(0);
    this.playing = true;
    this.what.setAttribute("aria-live", "off");
    put(this.play, icon("pause"));
    this.play.setAttribute("aria-label", "Pause");
    this.began = undefined;
    requestAnimationFrame((now) => this.frame(now));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.what.setAttribute("aria-live", "polite");
    put(this.play, icon("play"));
    this.play.setAttribute("aria-label", "Play");
  }

  faster() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    setText(this.rate, `${this.speed}×`);
  }

  /** frame moves from one step towards the next. */
  frame(now) {
    if (!this.playing) return;
    if (this.began === undefined) {
      this.began = now;
      this.from = this.moments;
    }
    const part = ((now - this.began) / PER_STEP) * this.speed;
    if (part >= 1) {
      this.go(this.place + 1, true);
      this.began = undefined;
      if (this.place >= this.last) return this.pause();
    } else if (part > 0.35) { // first the step is to be read
      const f = ((part - 0.35) / 0.65) ** 2 * (3 - (2 * (part - 0.35)) / 0.65);
      this.show(this.runs.map((run, r) => {
        const to = this.momentAt(this.place + 1, r);
        const x = this.from[r].x + (to.x - this.from[r].x) * f;
        return { ...run.axis.at(x), x, step: this.from[r].step };
      }));
    }
    requestAnimationFrame((next) => this.frame(next));
  }

  tell(quietly) {
    this.slider.value = this.place;
    const { r } = this.places[this.place];
    const run = this.runs[r];
    const moment = this.moments[r];
    const step = run.steps[moment.step];
    const ends = this.places[this.place].end && this.place > 0 && moment.x === 1;
    const text = !step ? "Nothing has happened yet." : ends ? `${run.live ? "Now" : "The end"}. ${step.text}` : step.text;
    const place = ends ? (run.live ? "now" : "the end") : `step ${this.place}/${this.last - 1}`;
    const day = `Day ${dayNumber(moment.s, run.start)}`;
    this.slider.setAttribute("aria-valuetext", `${ends ? "The end" : `Step ${this.place} of ${this.last - 1}`}. ${day}, ${clock(moment.s)}. ${text}`);
    put(this.clock, h("b", {}, `${day} · ${clock(moment.s)}`), h("span", {}, longDate(moment.s)),
      h("span.raft", { title: "Raft time since the run began" }, run.live || run.still ? "" : `Raft ${raft(moment.t)}`), h("span", {}, place));
    const label = this.runs.length > 1 ? h("em.run-label", {}, run.label) : null;
    put(this.what, label, h(step?.machine ? "span.machine" : "span", {}, text));
    if (!quietly) this.onmove?.(moment, step);
  }

  drawMarks() {
    const width = this.marks.clientWidth;
    if (!width) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.marks.width = width * ratio;
    this.marks.height = 10 * ratio;
    const g = this.marks.getContext("2d");
    g.scale(ratio, ratio);
    const style = getComputedStyle(this.marks);
    for (let i = 1; i < this.last; i++) {
      const { r, at } = this.places[i];
      const step = this.runs[r].steps[at[r]];
      g.fillStyle = style.getPropertyValue(colourOf(kindOf(step))).trim();
      const x = 8 + ((width - 16) * i) / Math.max(this.last, 1);
      const high = step.decided ? 10 : step.machine ? 4 : 6;
      g.fillRect(x - 1, 10 - high, step.decided ? 3 : 2, high);
    }
  }
}

export function momentOf(run, i) {
  if (i < 0) {
    return { x: 0, t: run.steps.length ? Math.min(run.steps[0].t - 1e-6, 0) : 0, s: run.start, rests: false, step: -1 };
  }
  const step = run.steps[i];
  const x = run.axis.xOf(step.t, step.at);
  return { x, t: step.t, s: step.at, rests: false, step: i };
}

function lastUpTo(times, t) {
  let i = -1;
  while (i + 1 < times.length && times[i + 1] <= t + 1e-6) i++;
  return i;
}

const PATHS = {
  play: "M7 4l13 8-13 8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z", first: "M5 4h3v16H5zM20 4v16L9 12z", last: "M16 4h3v16h-3zM4 4v16l11-8z",
  back: "M17 4v16L6 12z", next: "M7 4v16l11-8z",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

function button(name, title, onclick) {
  return h("button", { type: "button", title, "aria-label": title, onclick }, icon(name));
}
