// A lane a capital, along both clocks: role and Raft term, crashes, what each did, and the messages between lanes.
//
// Two canvases lie over one another: the picture, which is drawn when the view or the run changes, and the moment on top,
// which is drawn for every frame. So scrubbing costs the same however much there is to see.

import { h, put, setText } from "./dom.js";
import { select, zoom, zoomIdentity } from "./vendor/d3.js";
import { CANDIDATE, DOWN, LEADER, APPEND, COMMIT, HEARTBEAT } from "./model.js";
import { drawMark, kindOf, colourOf, MARK_WORDS } from "./marks.js";
import { after } from "./track.js";
import { DAY, clock, dayNumber, raft, shortDate, when } from "./time.js";

const TOP = 40; // the ruler of scenario time
const BOTTOM = 22; // the ruler of Raft time
const PAD = 10;
const MOST_DRAWN = 1400; // messages at once: more could not be told apart
const PER_PIXEL = 0.4; // and so many a pixel: more would be a grey smear
const ROOMY = 26; // pixels a moment needs before its messages are drawn
const MAX_ZOOM = 4000;

export class Lanes {
  constructor(run, { seek, explain }) {
    Object.assign(this, { run, seek, explain, drawn: [], spots: [], hovered: null, view: zoomIdentity });
    const n = run.capitals.length;
    this.row = n <= 6 ? 38 : n <= 10 ? 30 : n <= 16 ? 24 : 20;
    this.height = TOP + n * this.row + BOTTOM;
    this.picture = h("canvas");
    this.top = h("canvas");
    this.tip = h("div.tip", { role: "tooltip", hidden: true });
    this.names = h("ol.lane-names", { "aria-hidden": "true" }, run.capitals.map((c) => h("li", { title: c.name }, h("span", {}, c.name))));
    this.area = h("div.lane-area", {
      tabindex: 0, role: "group", "aria-describedby": "keys",
      "aria-label": "Lanes of the capitals' machines. Plus and minus zoom, M goes through the messages of the moment.",
    }, this.picture, this.top, this.tip);
    this.note = h("p.note");
    this.buttons = h("div.tools", {},
      h("button", { type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => this.zoomBy(2) }, "+"),
      h("button", { type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => this.zoomBy(0.5) }, "−"),
      h("button", { type: "button", title: "Raft time of this moment (Z)", onclick: () => this.zoomToMoment() }, "This moment"),
      h("button", { type: "button", title: "The whole run (0)", onclick: () => this.showAll() }, "Whole run"));
    this.list = h("details.messages", {}, h("summary", {}, "Messages of this moment"), h("div"));
    this.list.addEventListener("toggle", () => this.fillList());
    this.el = h("section.card.lanes", { "aria-labelledby": `lanes-${run.place}` },
      h("header", {}, h("h3", { id: `lanes-${run.place}` }, "The machines"), this.buttons),
      h("div.lane-box", {}, this.names, this.area), this.note, legend(), this.list);
    this.names.style.paddingTop = `${TOP}px`;
    this.names.style.setProperty("--row", `${this.row}px`);
    this.area.style.height = `${this.height}px`;
    this.listen();
  }

  listen() {
    this.zoom = zoom().scaleExtent([1, MAX_ZOOM])
      .filter((e) => !e.button && (e.type !== "wheel" || e.ctrlKey || e.metaKey || e.shiftKey) && !(e.type === "mousedown" && this.onRuler(e)))
      .on("zoom", (e) => {
        this.view = e.transform;
        this.dirty = true;
        this.request();
      });
    select(this.area).call(this.zoom).on("dblclick.zoom", null);
    this.area.addEventListener("click", (e) => this.seekTo(e));
    this.area.addEventListener("pointerdown", (e) => {
      if (!this.onRuler(e)) return;
      this.scrubbing = true;
      this.area.setPointerCapture(e.pointerId);
      this.seekTo(e);
    });
    this.area.addEventListener("pointermove", (e) => (this.scrubbing ? this.seekTo(e) : this.hover(e)));
    this.area.addEventListener("pointerup", () => (this.scrubbing = false));
    this.area.addEventListener("pointerleave", () => this.point(null));
    this.area.addEventListener("keydown", (e) => this.key(e));
    new ResizeObserver(() => this.resize()).observe(this.area);
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    switch (e.key) {
      case "+": case "=": this.zoomBy(2); break;
      case "-": this.zoomBy(0.5); break;
      case "0": this.showAll(); break;
      case "z": case "Z": this.zoomToMoment(); break;
      case "m": case "M": this.nextMessage(e.shiftKey ? -1 : 1); break;
      case "Escape": this.point(null); break;
      default: return;
    }
    e.preventDefault();
    e.stopPropagation();
  }

  onRuler(e) {
    return e.clientY - this.area.getBoundingClientRect().top < TOP;
  }

  /** px returns the pixel of a position of the axis, in the present view. */
  px(x) {
    return PAD + this.view.x + x * (this.width - 2 * PAD) * this.view.k;
  }

  /** at returns the position of the axis at a pixel. */
  xAt(px) {
    return Math.min(Math.max((px - PAD - this.view.x) / ((this.width - 2 * PAD) * this.view.k), 0), 1);
  }

  y(c) {
    return TOP + (c + 0.5) * this.row;
  }

  resize() {
    const width = this.area.clientWidth;
    if (!width) return;
    this.width = width;
    this.ratio = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of [this.picture, this.top]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(this.height * this.ratio);
    }
    this.zoom.extent([[0, 0], [width, this.height]]).translateExtent([[0, 0], [width, this.height]]);
    this.redraw();
  }

  /** redraw draws everything anew: after a change of the theme, the size or the run. */
  redraw() {
    this.dirty = true;
    this.colours = new Map();
    this.request();
  }

  request() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  paint = (name) => {
    if (!this.colours.has(name)) this.colours.set(name, getComputedStyle(this.area).getPropertyValue(name).trim());
    return this.colours.get(name);
  };

  /** show moves to a moment: {x, t, s, rests}. */
  show(moment) {
    this.moment = moment;
    if (this.view.k > 1) this.keepInView(moment.x);
    if (this.list.open) this.fillList();
    this.draw();
  }

  keepInView(x) {
    const px = this.px(x);
    if (px > 0.08 * this.width && px < 0.92 * this.width) return;
    const to = this.width / 2 - PAD - x * (this.width - 2 * PAD) * this.view.k;
    this.setView(this.view.k, to);
  }

  setView(k, x) {
    const low = this.width - this.width * k;
    select(this.area).call(this.zoom.transform, zoomIdentity.translate(Math.min(Math.max(x, low), 0), 0).scale(k));
  }

  zoomBy(f) {
    const k = Math.min(Math.max(this.view.k * f, 1), MAX_ZOOM);
    const x = this.moment?.x ?? 0.5;
    const anchor = Math.min(Math.max(this.px(x), 0), this.width);
    this.setView(k, anchor - PAD - x * (this.width - 2 * PAD) * k);
  }

  showAll() {
    this.setView(1, 0);
  }

  /** zoomToMoment fits the moment's Raft time to the width. */
  zoomToMoment() {
    const part = this.part();
    if (!part) return;
    const k = Math.min(0.86 / Math.max(part.x1 - part.x0, 1e-6), MAX_ZOOM);
    this.setView(k, this.width * 0.07 - PAD - part.x0 * (this.width - 2 * PAD) * k);
  }

  /** part returns the moment that the present one is in, or the last before it. */
  part() {
    const moments = this.run.axis.moments;
    let found = moments[0];
    for (const m of moments) if (m.x0 <= this.moment.x + 1e-9) found = m;
    return found;
  }

  seekTo(e) {
    if (e.type === "click" && e.defaultPrevented) return;
    const box = this.area.getBoundingClientRect();
    const px = e.clientX - box.left;
    const spot = this.spotAt(px, e.clientY - box.top);
    if (spot && e.type === "click") this.seek({ step: spot.step });
    else this.seek({ x: this.xAt(px) });
  }

  // Drawing the picture.

  draw() {
    if (!this.width || !this.moment) return;
    if (this.dirty) {
      this.dirty = false;
      const g = this.begin(this.picture);
      this.drawGround(g);
      this.drawRoles(g);
      this.drawMessages(g);
      this.drawSteps(g);
      this.drawRulers(g);
      this.tell();
    }
    this.drawMoment(this.begin(this.top));
  }

  begin(canvas) {
    const g = canvas.getContext("2d");
    g.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    g.clearRect(0, 0, this.width, this.height);
    return g;
  }

  visible(x0, x1) {
    return this.px(x1) >= 0 && this.px(x0) <= this.width;
  }

  drawGround(g) {
    g.fillStyle = this.paint("--tint");
    for (const p of this.run.axis.moments) {
      if (this.visible(p.x0, p.x1)) g.fillRect(this.px(p.x0), TOP - 6, Math.max(this.px(p.x1) - this.px(p.x0), 1), this.height - TOP - BOTTOM + 12);
    }
    this.run.capitals.forEach((_, c) => {
      g.strokeStyle = this.paint("--line");
      g.lineWidth = 1;
      g.beginPath();
      g.moveTo(0, TOP + c * this.row + 0.5);
      g.lineTo(this.width, TOP + c * this.row + 0.5);
      g.stroke();
    });
  }

  // A lane is a thin line for a follower, a thick one for the leader, open for a candidate and broken while the machine is
  // down. Behind it, a hatch says that the capital has no way to a majority.
  drawRoles(g) {
    const { run } = this;
    const end = run.raftEnd;
    const reach = run.reach;
    g.save();
    for (let i = 0; i < reach.times.length; i++) {
      const [x0, x1] = [run.axis.x(reach.times[i]), i + 1 < reach.times.length ? run.axis.x(reach.times[i + 1]) : 1];
      if (!this.visible(x0, x1)) continue;
      const can = new Set(reach.values[i].record);
      run.capitals.forEach((_, c) => {
        if (!can.has(c)) this.hatch(g, this.px(x0), TOP + c * this.row + 1, this.px(x1) - this.px(x0), this.row - 1);
      });
    }
    g.restore();
    run.capitals.forEach((_, c) => {
      const track = run.role[c];
      const y = this.y(c);
      for (let i = 0; i < track.times.length; i++) {
        const t1 = i + 1 < track.times.length ? track.times[i + 1] : end;
        const [x0, x1] = [run.axis.x(track.times[i]), i + 1 < track.times.length ? run.axis.x(t1) : 1];
        if (!this.visible(x0, x1)) continue;
        const [from, to] = [Math.max(this.px(x0), -5), Math.min(this.px(x1), this.width + 5)];
        const [role] = track.values[i];
        this.drawRole(g, role, from, to, y);
      }
    });
  }

  drawRole(g, role, from, to, y) {
    const wide = Math.min(this.row * 0.36, 11);
    g.setLineDash([]);
    switch (role) {
      case LEADER:
        g.fillStyle = this.paint("--leader");
        g.beginPath();
        g.roundRect(from, y - wide / 2, Math.max(to - from, 1.5), wide, 3);
        g.fill();
        return;
      case CANDIDATE:
        g.strokeStyle = this.paint("--leader");
        g.lineWidth = 1.4;
        g.strokeRect(from, y - wide / 2 + 1, Math.max(to - from, 2), wide - 2);
        return;
      case DOWN:
        g.strokeStyle = this.paint("--fault");
        g.lineWidth = 2;
        g.setLineDash([2, 5]);
        break;
      default:
        g.strokeStyle = this.paint("--follower");
        g.lineWidth = 2;
    }
    g.beginPath();
    g.moveTo(from, y);
    g.lineTo(to, y);
    g.stroke();
    g.setLineDash([]);
    if (role === DOWN) {
      g.lineWidth = 2;
      g.beginPath();
      g.moveTo(from - 4, y - 4);
      g.lineTo(from + 4, y + 4);
      g.moveTo(from - 4, y + 4);
      g.lineTo(from + 4, y - 4);
      g.stroke();
    }
  }

  hatch(g, x, y, w, height) {
    if (w <= 0) return;
    const from = Math.max(x, -10);
    const to = Math.min(x + w, this.width + 10);
    g.save();
    g.beginPath();
    g.rect(from, y, to - from, height);
    g.clip();
    g.strokeStyle = this.paint("--hatch");
    g.lineWidth = 1.2;
    g.beginPath();
    for (let i = Math.floor((from - height) / 7) * 7; i < to; i += 7) {
      g.moveTo(i, y + height);
      g.lineTo(i + height, y);
    }
    g.stroke();
    g.restore();
  }

  /** candidates returns the messages in view that have room, those that say most first. */
  candidates() {
    const { run } = this;
    const roomy = run.axis.moments.filter((p) => this.visible(p.x0, p.x1) && this.px(p.x1) - this.px(p.x0) >= ROOMY);
    const chosen = [];
    let all = 0;
    for (const p of roomy) {
      const classes = [[], [], [], [], []];
      const first = Math.max(after(run.sentTimes ?? [], p.t0 - 1e-9), 0);
      for (let i = first; i < run.messages.length && run.messages[i].sent <= p.t1; i++) {
        const m = run.messages[i];
        all++;
        classes[importance(m)].push(m);
      }
      const wide = Math.min(this.px(p.x1), this.width) - Math.max(this.px(p.x0), 0);
      let room = Math.min(Math.ceil(wide * PER_PIXEL), MOST_DRAWN - chosen.length);
      for (const list of classes) {
        const n = Math.min(list.length, room);
        for (let i = 0; i < n; i++) chosen.push(list[Math.floor((i * list.length) / n)]);
        room -= n;
      }
    }
    return { chosen, all };
  }

  drawMessages(g) {
    const { chosen, all } = this.candidates();
    this.drawn = chosen;
    this.inView = all;
    for (const m of [...chosen].reverse()) this.drawMessage(g, m, false);
  }

  ends(m) {
    const { axis, raftEnd } = this.run;
    const end = Math.min(m.end, raftEnd);
    return [this.px(axis.x(m.sent)), this.y(m.from), this.px(axis.x(end)), this.y(m.to)];
  }

  drawMessage(g, m, strong) {
    let [x0, y0, x1, y1] = this.ends(m);
    if (m.lost) [x1, y1] = [x0 + (x1 - x0) * 0.6, y0 + (y1 - y0) * 0.6];
    g.strokeStyle = g.fillStyle = this.paint(m.lost ? "--fault" : messageColour(m));
    g.globalAlpha = strong ? 1 : m.lost ? 0.85 : m.kind === HEARTBEAT || m.kind === COMMIT ? 0.25 : m.answer ? 0.35 : 0.6;
    g.lineWidth = strong ? 2.5 : 1;
    if (m.held) g.setLineDash([4, 3]);
    g.beginPath();
    g.moveTo(x0, y0);
    g.lineTo(x1, y1);
    g.stroke();
    g.setLineDash([]);
    if (m.lost) {
      g.lineWidth = strong ? 2.5 : 1.6;
      g.beginPath();
      g.moveTo(x1 - 3.5, y1 - 3.5);
      g.lineTo(x1 + 3.5, y1 + 3.5);
      g.moveTo(x1 - 3.5, y1 + 3.5);
      g.lineTo(x1 + 3.5, y1 - 3.5);
      g.stroke();
    } else if (m.end !== Infinity && (strong || this.drawn.length < 500)) {
      const a = Math.atan2(y1 - y0, x1 - x0);
      g.beginPath();
      g.moveTo(x1, y1);
      g.lineTo(x1 - 6 * Math.cos(a - 0.4), y1 - 6 * Math.sin(a - 0.4));
      g.lineTo(x1 - 6 * Math.cos(a + 0.4), y1 - 6 * Math.sin(a + 0.4));
      g.fill();
    }
    g.globalAlpha = 1;
  }

  drawSteps(g) {
    const { run } = this;
    this.spots = [];
    const r = Math.min(this.row * 0.24, 6.5);
    const last = new Map(); // the last pixel marked in each lane and for each kind: marks on top of one another say no more
    run.steps.forEach((step, i) => {
      const px = this.px(run.axis.xOf(step.t, step.at));
      if (px < -10 || px > this.width + 10) return;
      const kind = kindOf(step);
      const lanes = step.who.length && step.who.length <= 4 ? step.who : [];
      if (step.decided || !lanes.length) this.drawDecision(g, step, kind, px);
      for (const c of lanes) {
        const key = `${c}${kind}`;
        if (Math.abs((last.get(key) ?? -99) - px) < 2) continue;
        last.set(key, px);
        drawMark(g, kind, px, this.y(c), r, this.paint);
        this.spots.push({ x: px, y: this.y(c), step: i });
      }
    });
  }

  // What concerns all of them, or decides a plan, is a line across all lanes with a mark in the ruler.
  drawDecision(g, step, kind, px) {
    g.strokeStyle = this.paint(colourOf(kind));
    g.lineWidth = step.decided ? 1.8 : 1;
    g.globalAlpha = step.decided ? 0.9 : 0.35;
    g.beginPath();
    g.moveTo(px, TOP - 8);
    g.lineTo(px, this.height - BOTTOM);
    g.stroke();
    g.globalAlpha = 1;
    drawMark(g, kind, px, TOP - 9, 5.5, this.paint);
    this.spots.push({ x: px, y: TOP - 9, step: this.run.steps.indexOf(step) });
  }

  drawRulers(g) {
    const { run } = this;
    g.font = `11px ${this.paint("--font")}`;
    g.textBaseline = "middle";
    g.fillStyle = this.paint("--muted");
    g.strokeStyle = this.paint("--rule");
    g.lineWidth = 1;
    // Days above.
    let free = -1e9;
    const first = Math.floor(run.start / DAY) * DAY;
    for (let s = first; s <= run.end; s += DAY) {
      const px = this.px(run.axis.xOfScenario(Math.max(s, run.start)));
      if (px < -60 || px > this.width) continue;
      g.beginPath();
      g.moveTo(px + 0.5, 18);
      g.lineTo(px + 0.5, 26);
      g.stroke();
      const text = `Day ${dayNumber(s, run.start)}`;
      const full = `${text} · ${shortDate(s)}`;
      const room = this.width - px;
      const words = g.measureText(full).width < Math.min(room, 90) && px > free ? full : text;
      const wide = g.measureText(words).width;
      if (px < free || wide > room) continue;
      g.fillText(words, px + 1, 9);
      free = px + wide + 10;
    }
    // Clock times of moments, where there is room.
    free = -1e9;
    for (const p of run.axis.moments) {
      const px = this.px(p.x0);
      if (px < 0 || px > this.width - 30 || px < free || this.px(p.x1) - px < 60) continue;
      g.fillText(clock(p.s0), px, 22);
      free = px + 40;
    }
    this.drawRaftRuler(g);
  }

  // Raft time below: how long each moment took, and a scale within it once there is room.
  drawRaftRuler(g) {
    if (this.run.still) return;
    const y = this.height - BOTTOM + 12;
    let free = -1e9;
    for (const p of this.run.axis.moments) {
      const [x0, x1] = [this.px(p.x0), this.px(p.x1)];
      if (x1 < 0 || x0 > this.width) continue;
      if (x1 - x0 > 220) {
        this.drawScale(g, p, y);
        free = Math.max(free, x1 + 6);
        continue;
      }
      const text = raft(p.t1 - p.t0);
      const wide = g.measureText(text).width;
      if (x0 < free || x0 + wide > this.width || x1 - x0 < 14) continue;
      g.fillText(text, Math.max(x0, 0), y);
      free = x0 + wide + 8;
    }
  }

  drawScale(g, p, y) {
    const perMs = (this.px(p.x1) - this.px(p.x0)) / Math.max(p.t1 - p.t0, 1e-6);
    let by = 10 ** Math.ceil(Math.log10(70 / perMs));
    if ((by / 2) * perMs > 70) by /= 2;
    for (let t = Math.ceil(p.t0 / by) * by; t <= p.t1; t += by) {
      const px = this.px(this.run.axis.x(t));
      if (px < 0 || px > this.width - 40) continue;
      g.beginPath();
      g.moveTo(px + 0.5, y - 11);
      g.lineTo(px + 0.5, y - 6);
      g.stroke();
      g.fillText(raft(t), px, y);
    }
  }

  tell() {
    const { run } = this;
    if (run.still) return setText(this.note, "There were no machines: the state machine alone was played.");
    if (!run.messageCount) {
      const why = run.on === "cluster" || run.live ? "The messages of real machines cannot be seen." : "No messages were kept.";
      setText(this.note, why);
      return;
    }
    const left = Object.entries(run.leftOut).map(([kind, n]) => `${n} ${kind}`);
    let text = "Zoom in to see messages.";
    if (this.inView) {
      text = this.drawn.length < this.inView ? `${this.drawn.length} of the ${this.inView} messages in view are drawn, heartbeats and answers last: zoom in to see the others.` :
        `All ${this.inView} messages in view that have room are drawn.`;
    }
    if (left.length) text += ` Of ${run.messageCount} messages this page leaves out ${left.join(", ")}: it would not hold them all.`;
    setText(this.note, text);
  }

  // The moment on top.

  drawMoment(g) {
    const { t, rests, x } = this.moment;
    const px = this.px(x);
    if (!rests) this.drawUnderWay(g, t);
    g.strokeStyle = this.paint("--now");
    g.lineWidth = 2;
    g.beginPath();
    g.moveTo(px, 16);
    g.lineTo(px, this.height - BOTTOM + 6);
    g.stroke();
    g.fillStyle = this.paint("--now");
    g.beginPath();
    g.moveTo(px - 6, 12);
    g.lineTo(px + 6, 12);
    g.lineTo(px + 6, 18);
    g.lineTo(px, 25);
    g.lineTo(px - 6, 18);
    g.fill();
    if (this.hovered?.message) this.drawMessage(g, this.hovered.message, true);
  }

  drawUnderWay(g, t) {
    if (!this.drawn.length) return;
    for (const m of this.drawn) {
      if (m.sent > t || m.end < t || m.end === Infinity) continue;
      const [x0, y0, x1, y1] = this.ends(m);
      const f = (t - m.sent) / Math.max(m.end - m.sent, 1e-6);
      g.fillStyle = this.paint(m.lost ? "--fault" : messageColour(m));
      g.beginPath();
      g.arc(x0 + (x1 - x0) * f, y0 + (y1 - y0) * f, 3, 0, 7);
      g.fill();
    }
  }

  // Explaining.

  spotAt(x, y) {
    let best = null;
    let nearest = 10;
    for (const s of this.spots) {
      const d = Math.hypot(s.x - x, s.y - y);
      if (d < nearest) [best, nearest] = [s, d];
    }
    return best;
  }

  messageAt(x, y) {
    let best = null;
    let nearest = 5;
    for (const m of this.drawn) {
      const [x0, y0, x1, y1] = this.ends(m);
      const d = distance(x, y, x0, y0, x1, y1);
      if (d < nearest) [best, nearest] = [m, d];
    }
    return best;
  }

  hover(e) {
    const box = this.area.getBoundingClientRect();
    const [x, y] = [e.clientX - box.left, e.clientY - box.top];
    const spot = this.spotAt(x, y);
    if (spot) {
      const step = this.run.steps[spot.step];
      return this.point({ x: spot.x, y: spot.y, text: `${when(step.at, this.run.start)} · ${step.text}` });
    }
    const message = this.messageAt(x, y);
    if (message) return this.point({ x, y, message, text: this.run.explain(message) });
    const c = Math.floor((y - TOP) / this.row);
    if (c < 0 || c >= this.run.capitals.length) return this.point(null);
    this.point({ x, y, text: this.explainLane(c, this.run.axis.at(this.xAt(x))) });
  }

  explainLane(c, { t, s }) {
    const [role, term] = this.run.role[c].at(t);
    const words = role === LEADER ? "leads" : role === CANDIDATE ? "stands for election" : role === DOWN ? "its machine is down" : "follows";
    const can = this.run.reach.at(t);
    let text = `${this.run.name(c)}, ${when(s, this.run.start)}: ${words}`;
    if (role !== DOWN) text += `, Raft term ${term}, ${this.run.applied[c].at(t)} moves applied`;
    if (can && !can.record.includes(c)) text += "; it has no way to a majority, so it can record nothing";
    return `${text}.`;
  }

  point(what) {
    const changed = this.hovered?.message !== what?.message;
    this.hovered = what;
    this.tip.hidden = !what;
    if (what) {
      setText(this.tip, what.text);
      const wide = this.tip.offsetWidth;
      this.tip.style.left = `${Math.min(Math.max(what.x - wide / 2, 4), Math.max(this.width - wide - 4, 4))}px`;
      const above = what.y - this.tip.offsetHeight - 12;
      this.tip.style.top = `${above < 0 ? what.y + 16 : above}px`;
    }
    if (changed) this.draw();
  }

  /** around returns the messages of the present moment, those that say most first, in order of time. */
  around() {
    const part = this.part();
    const { run, moment } = this;
    const list = run.messages.filter((m) => m.sent >= part.t0 && m.sent <= part.t1);
    const most = 60;
    if (list.length <= most) return { list, all: list.length };
    const near = [...list].sort((a, b) => importance(a) - importance(b) || Math.abs(a.sent - moment.t) - Math.abs(b.sent - moment.t)).slice(0, most);
    return { list: near.sort((a, b) => a.sent - b.sent), all: list.length };
  }

  nextMessage(by) {
    const { list } = this.around();
    if (!list.length) return this.explain("There are no messages in this moment.");
    const i = list.indexOf(this.hovered?.message);
    this.pointAt(list[(i + by + list.length) % list.length] ?? list[0]);
  }

  pointAt(m) {
    this.keepInView(this.run.axis.x(m.sent));
    const [x0, y0, x1, y1] = this.ends(m);
    const text = this.run.explain(m);
    this.point({ x: (x0 + x1) / 2, y: (y0 + y1) / 2, message: m, text });
    this.explain(text);
  }

  fillList() {
    if (!this.list.open || !this.moment) return;
    const part = this.part();
    if (this.listed === part) return;
    this.listed = part;
    const { list, all } = this.around();
    const box = this.list.lastElementChild;
    put(box, h("p.note", {}, all > list.length ? `${list.length} of the ${all} messages of this moment, those that say most.` : `${all} messages.`),
      h("ul", {}, list.map((m) => h("li", {}, h("button", {
        type: "button", onfocus: () => this.pointAt(m), onblur: () => this.point(null), onmouseenter: () => this.pointAt(m),
      }, this.run.explain(m))))));
  }
}

function importance(m) {
  if (m.lost || m.held) return 0;
  if (m.kind === HEARTBEAT) return 4;
  if (m.kind === COMMIT) return 3;
  if (m.answer) return 2;
  return m.kind === APPEND ? 1 : 0;
}

function messageColour(m) {
  switch (m.kind) {
    case HEARTBEAT: case COMMIT: return "--muted";
    case APPEND: return "--entries";
    case 7: return "--call";
  }
  return "--leader";
}

function distance(x, y, x0, y0, x1, y1) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const f = length ? Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - x0 - f * dx, y - y0 - f * dy);
}

function legend() {
  const lane = (name, words) => h("li", {}, h(`i.key.${name}`, { "aria-hidden": "true" }), words);
  const mark = (kind) => {
    const canvas = h("canvas.mark", { "aria-hidden": "true", "data-mark": kind, width: 36, height: 36 });
    return h("li", {}, canvas, MARK_WORDS[kind]);
  };
  return h("details.legend", {}, h("summary", {}, "How to read it"),
    h("p", {}, "The axis has two clocks, which take turns. In the tinted columns the machines work: Raft time passes, milliseconds, and the scenario stands still. ",
      "In between the scenario goes on, hours and days, and the machines rest. Neither is drawn to scale: each stretch is as wide as the root of its length."),
    h("ul", {}, lane("leader", "leads"), lane("candidate", "stands for election"), lane("follower", "follows"), lane("down", "down"),
      lane("hatched", "no way to a majority"), lane("entries", "message with entries"), lane("votes", "votes"), lane("call", "call: a move passed on"),
      lane("quiet", "heartbeat, commit notice"), lane("lost", "lost")),
    h("ul", {}, ["text", "consent", "object", "abstain", "pledge", "refused", "adopted", "failed", "fault", "mended", "election", "waiting", "other"].map(mark)));
}
