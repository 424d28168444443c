// The capitals as a network at the moment: who leads, which lines are not sound, and who can reach a majority.

import { and, h, put, s, setText } from "./dom.js";
import { CANDIDATE, DOWN, LEADER } from "./model.js";

const SIZE = 420;
const CENTRE = SIZE / 2;

export class Network {
  constructor(run) {
    this.run = run;
    const n = run.capitals.length;
    this.radius = n > 12 ? 150 : 138;
    this.node = n > 24 ? 7 : n > 12 ? 11 : 16;
    this.places = run.capitals.map((_, i) => {
      const a = (2 * Math.PI * i) / n - Math.PI / 2;
      return { x: CENTRE + this.radius * Math.cos(a), y: CENTRE + this.radius * Math.sin(a), a };
    });
    this.lines = s("g");
    this.nodes = run.capitals.map((c, i) => this.makeNode(c, i));
    this.svg = s("svg", { viewBox: `-30 0 ${SIZE + 60} ${SIZE}`, "aria-hidden": "true", focusable: "false" }, this.lines, this.nodes.map((x) => x.g));
    this.words = h("p.state");
    this.el = h("section.card.network", { "aria-labelledby": `network-${run.place}` },
      h("header", {}, h("h3", { id: `network-${run.place}` }, "The network")), this.svg, this.words, key());
  }

  makeNode(c, i) {
    const { x, y, a } = this.places[i];
    const r = this.node;
    const out = r + 9;
    const side = Math.cos(a);
    const label = s("text", {
      x: x + out * Math.cos(a), y: y + out * Math.sin(a) + (Math.abs(side) < 0.3 ? Math.sign(Math.sin(a)) * 5 : 0) + 4,
      "text-anchor": Math.abs(side) < 0.3 ? "middle" : side > 0 ? "start" : "end",
    }, c.name);
    const ring = s("circle.ring", { cx: x, cy: y, r: r + 5 });
    const disc = s("circle.disc", { cx: x, cy: y, r: c.votes ? r : r * 0.7 });
    const star = s("path.star", { d: starPath(x, y, r * 0.72) });
    const cross = s("path.cross", { d: `M${x - r * 0.5} ${y - r * 0.5}L${x + r * 0.5} ${y + r * 0.5}M${x + r * 0.5} ${y - r * 0.5}L${x - r * 0.5} ${y + r * 0.5}` });
    return { g: s("g.node", {}, ring, disc, star, cross, label), label };
  }

  stale() {
    this.state = null;
  }

  show({ t }) {
    const { run } = this;
    const reach = run.reach.at(t);
    const leader = run.leader(t);
    const roles = run.role.map((track) => track.at(t));
    const lines = run.linesAt(t);
    const state = JSON.stringify([reach?.t, leader, roles, lines]);
    if (state === this.state) return;
    this.state = state;
    run.capitals.forEach((_, c) => {
      const classes = ["node"];
      const [role] = roles[c];
      if (role === DOWN) classes.push("down");
      if (role === CANDIDATE) classes.push("candidate");
      if (role === LEADER) classes.push(c === leader ? "leader" : "deposed");
      if (reach && !reach.majority.includes(c)) classes.push(reach.record.includes(c) ? "relayed" : "apart");
      this.nodes[c].g.setAttribute("class", classes.join(" "));
    });
    put(this.lines, this.sound(lines, roles, leader), this.unsound(lines));
    setText(this.words, this.sentence(leader, roles, reach, lines));
  }

  /** sound draws the lines that work: all of a small conference, else the leader's. */
  sound(lines, roles, leader) {
    const n = this.run.capitals.length;
    const bad = new Set(lines.filter((l) => l.cut || l.held || l.drop >= 1).flatMap((l) => [l.from * 1000 + l.to, l.to * 1000 + l.from]));
    const all = [];
    for (let a = 0; a < n; a++) {
      for (let b = a + 1; b < n; b++) {
        if (roles[a][0] === DOWN || roles[b][0] === DOWN || bad.has(a * 1000 + b)) continue;
        const leads = a === leader || b === leader;
        if (n > 9 && !leads) continue;
        const [p, q] = [this.places[a], this.places[b]];
        all.push(s(leads ? "line.link.leads" : "line.link", { x1: p.x, y1: p.y, x2: q.x, y2: q.y }));
      }
    }
    return all;
  }

  unsound(lines) {
    const by = new Map(lines.map((l) => [l.from * 1000 + l.to, l]));
    const drawn = [];
    const many = lines.length > 40;
    for (const l of lines) {
      const back = by.get(l.to * 1000 + l.from);
      const both = back && same(l, back);
      if (both && l.from > l.to) continue;
      drawn.push(this.drawLine(l, both, many));
    }
    return drawn;
  }

  drawLine(l, both, quiet) {
    let [p, q] = [this.places[l.from], this.places[l.to]];
    const kind = l.cut ? "cut" : l.held ? "held" : l.drop ? "drop" : "slow";
    if (!both) { // beside the other direction
      const length = Math.hypot(q.x - p.x, q.y - p.y) || 1;
      const [ox, oy] = [(-(q.y - p.y) / length) * 6, ((q.x - p.x) / length) * 6];
      [p, q] = [{ x: p.x + ox, y: p.y + oy }, { x: q.x + ox, y: q.y + oy }];
    }
    const [mx, my] = both ? [(p.x + q.x) / 2, (p.y + q.y) / 2] : [p.x + (q.x - p.x) * 0.6, p.y + (q.y - p.y) * 0.6];
    const parts = [s(`line.bad.${kind}`, { x1: p.x, y1: p.y, x2: q.x, y2: q.y })];
    if (!both) parts.push(s(`path.arrow.${kind}`, { d: arrow(p, q, l.cut ? 0.48 : 0.85) }));
    if (kind === "cut" && !quiet) {
      parts.push(s("circle.spot", { cx: mx, cy: my, r: 8 }), s("path.cutmark", { d: `M${mx - 4} ${my - 4}l8 8m0 -8l-8 8` }));
    } else if (kind !== "cut" && !quiet) {
      const words = kind === "held" ? "held" : kind === "drop" ? `${Math.round(l.drop * 100)} %` : `+${l.slow} ms`;
      parts.push(s("text.what", { x: mx, y: my - 5, "text-anchor": "middle" }, words));
    }
    return s("g", {}, parts);
  }

  sentence(leader, roles, reach, lines) {
    const { run } = this;
    const parts = [];
    if (leader >= 0) {
      const cut = reach && !reach.majority.includes(leader) ? ", though cut off from a majority" : "";
      parts.push(`${run.name(leader)} leads (Raft term ${roles[leader][1]})${cut}.`);
    } else parts.push("Nobody leads.");
    const down = roles.flatMap(([role], c) => (role === DOWN ? [run.name(c)] : []));
    if (down.length) parts.push(`${and(down)} ${down.length === 1 ? "is" : "are"} down.`);
    if (reach) {
      const voters = run.capitals.filter((c) => c.votes).length;
      const apart = run.capitals.flatMap((c, i) => (!reach.record.includes(i) && roles[i][0] !== DOWN ? [c.name] : []));
      const relayed = run.capitals.flatMap((c, i) => (c.votes && reach.record.includes(i) && !reach.majority.includes(i) ? [c.name] : []));
      if (!reach.majority.length) parts.push(`No majority of the ${voters} voters is connected: nothing can be recorded.`);
      else if (!apart.length && !relayed.length) parts.push("Everybody who is up reaches a majority.");
      if (reach.majority.length && apart.length) parts.push(`${and(apart)} ${apart.length === 1 ? "has" : "have"} no way to a majority.`);
      if (relayed.length) parts.push(`${and(relayed)} ${relayed.length === 1 ? "reaches" : "reach"} one only over another capital.`);
    }
    const cut = new Set(lines.filter((l) => l.cut).map((l) => l.from * 1000 + l.to));
    const pairs = lines.filter((l) => l.cut && (l.from < l.to || !cut.has(l.to * 1000 + l.from)));
    if (pairs.length > 4) parts.push(`${pairs.length} lines are cut.`);
    else for (const l of pairs) {
      const both = cut.has(l.to * 1000 + l.from);
      parts.push(both ? `The line between ${run.name(l.from)} and ${run.name(l.to)} is cut.` : `Nothing gets from ${run.name(l.from)} to ${run.name(l.to)}.`);
    }
    return parts.join(" ");
  }
}

function same(a, b) {
  return !!a.cut === !!b.cut && !!a.held === !!b.held && (a.drop ?? 0) === (b.drop ?? 0) && (a.slow ?? 0) === (b.slow ?? 0);
}

function arrow(p, q, at) {
  const [x, y] = [p.x + (q.x - p.x) * at, p.y + (q.y - p.y) * at];
  const a = Math.atan2(q.y - p.y, q.x - p.x);
  const wing = (d) => `${x - 9 * Math.cos(a + d)} ${y - 9 * Math.sin(a + d)}`;
  return `M${x} ${y}L${wing(0.45)}L${wing(-0.45)}Z`;
}

function starPath(x, y, r) {
  let d = "";
  for (let i = 0; i < 10; i++) {
    const a = (Math.PI * i) / 5 - Math.PI / 2;
    const k = i % 2 ? r * 0.45 : r;
    d += `${i ? "L" : "M"}${(x + k * Math.cos(a)).toFixed(2)} ${(y + k * Math.sin(a)).toFixed(2)}`;
  }
  return `${d}Z`;
}

function key() {
  const one = (name, words) => h("li", {}, h(`i.dot.${name}`, { "aria-hidden": "true" }), words);
  return h("ul.keys", { "aria-hidden": "true" }, one("leads", "leads"), one("reaches", "reaches a majority"), one("relayed", "only over another"), one("apart", "no way to one"), one("gone", "down"));
}
