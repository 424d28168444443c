(() => {
  // sim/report/page/web/dom.js
  var SVG = "http://www.w3.org/2000/svg";
  function h(spec, props, ...children) {
    const [tag, ...classes] = spec.split(".");
    return fill(document.createElement(tag), classes, props, children);
  }
  function s(spec, props, ...children) {
    const [tag, ...classes] = spec.split(".");
    return fill(document.createElementNS(SVG, tag), classes, props, children);
  }
  function fill(el, classes, props, children) {
    if (classes.length) el.setAttribute("class", classes.join(" "));
    for (const [name, value] of Object.entries(props ?? {})) {
      if (value === void 0 || value === null || value === false) continue;
      if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
      else el.setAttribute(name, value === true ? "" : value);
    }
    add(el, children);
    return el;
  }
  function add(el, children) {
    for (const child of children) {
      if (child === void 0 || child === null || child === false) continue;
      if (Array.isArray(child)) add(el, child);
      else el.append(child);
    }
  }
  function put(el, ...children) {
    el.replaceChildren();
    add(el, children);
    return el;
  }
  function setText(el, text) {
    if (el.textContent !== text) el.textContent = text;
  }
  function and(words) {
    if (words.length < 2) return words.join("");
    return words.slice(0, -1).join(", ") + " and " + words[words.length - 1];
  }

  // sim/report/page/web/track.js
  var Track = class {
    constructor(initial) {
      this.times = [];
      this.values = [];
      this.initial = initial;
    }
    push(t12, value) {
      this.times.push(t12);
      this.values.push(value);
    }
    /** place returns the place of what holds at t; -1 before the first change. */
    place(t12) {
      return after(this.times, t12) - 1;
    }
    at(t12) {
      const i = this.place(t12);
      return i < 0 ? this.initial : this.values[i];
    }
  };
  function after(list, t12) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = low + high >> 1;
      if (list[middle] <= t12) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // sim/report/page/web/axis.js
  var MOMENTS = 0.6;
  var Axis = class {
    constructor(run) {
      const parts = run.live || run.still ? liveParts(run) : simulatedParts(run);
      const wide = { moment: 0, rest: 0 };
      for (const p of parts) wide[p.kind] += p.weight;
      const share = { moment: wide.rest ? MOMENTS : 1, rest: wide.moment ? 1 - MOMENTS : 1 };
      let x = 0;
      for (const p of parts) {
        p.x0 = x;
        x += wide[p.kind] ? share[p.kind] * p.weight / wide[p.kind] : 0;
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
    x(t12) {
      const p = this.parts[Math.max(after(this.t0s, t12) - 1, 0)];
      return p.x0 + (p.x1 - p.x0) * part(t12, p.t0, p.t1);
    }
    /** xOf returns the position of what happened at a Raft time in the moment of a scenario time: where the machines had
        nothing to do, several moments begin at the same Raft time. */
    xOf(t12, s2) {
      for (let i = after(this.t0s, t12) - 1; i >= 0 && this.parts[i].t1 >= t12 - 1e-9; i--) {
        const p = this.parts[i];
        if (p.kind === "moment" && p.s0 === s2) return p.x0 + (p.x1 - p.x0) * part(t12, p.t0, p.t1) * (p.t1 > p.t0 ? 1 : 0.5);
      }
      return this.x(t12);
    }
    /** at returns both clocks at a position: Raft time t, scenario time s, and whether the machines rest there. */
    at(x) {
      const p = this.parts[Math.max(after(this.x0s, x) - 1, 0)];
      const f = part(x, p.x0, p.x1);
      if (p.kind === "rest" && f >= 1 && p.next) return { t: p.next.t0, s: p.next.s0, rests: false };
      const t12 = p.kind === "rest" ? p.t0 - 1e-6 : p.t0 + (p.t1 - p.t0) * f;
      return { t: t12, s: p.s0 + (p.s1 - p.s0) * f, rests: p.kind === "rest" };
    }
    /** xOfScenario returns the position of a scenario time: the beginning of its moment, or a place in a rest. */
    xOfScenario(s2) {
      const p = this.parts[Math.max(after(this.s0s, s2) - 1, 0)];
      if (p.kind === "moment" && p.s0 === p.s1) return p.x0;
      return p.x0 + (p.x1 - p.x0) * part(s2, p.s0, p.s1);
    }
    get moments() {
      return this.parts.filter((p) => p.kind === "moment");
    }
  };
  function part(v, from, to2) {
    if (to2 <= from) return 1;
    return Math.min(Math.max((v - from) / (to2 - from), 0), 1);
  }
  function simulatedParts(run) {
    const clock2 = run.clock.length ? run.clock : [[0, run.start]];
    const parts = [];
    clock2.forEach(([t0, s2], i) => {
      const t1 = i + 1 < clock2.length ? clock2[i + 1][0] : Math.max(run.raftEnd, t0);
      const before = parts.at(-1);
      if (before && s2 > before.s1) {
        const rest = { kind: "rest", t0, t1: t0, s0: before.s1, s1: s2, weight: Math.sqrt((s2 - before.s1) / 3600) };
        parts.push(rest);
      }
      const moment = { kind: "moment", t0, t1, s0: s2, s1: s2, weight: Math.sqrt(t1 - t0 + 4) };
      if (parts.length) parts.at(-1).next = moment;
      parts.push(moment);
    });
    if (run.end > parts.at(-1).s1) {
      const t0 = parts.at(-1).t1;
      parts.push({ kind: "rest", t0, t1: t0, s0: parts.at(-1).s1, s1: run.end, weight: Math.sqrt((run.end - parts.at(-1).s1) / 3600) });
    }
    return parts;
  }
  function liveParts(run) {
    const marks = /* @__PURE__ */ new Set([0, run.raftEnd]);
    for (const list of [run.stepTimes, run.recordTimes, run.clock.map((c) => c[0])]) for (const t12 of list) marks.add(t12);
    const times = [...marks].sort((a, b) => a - b);
    const parts = [];
    for (let i = 0; i + 1 < times.length; i++) {
      const [t0, t1] = [times[i], times[i + 1]];
      parts.push({ kind: "moment", t0, t1, s0: run.start + t0 / 1e3, s1: run.start + t1 / 1e3, weight: Math.sqrt(Math.min(t1 - t0, 36e5) + 400) });
    }
    if (!parts.length) parts.push({ kind: "moment", t0: 0, t1: 1, s0: run.start, s1: run.start + 1, weight: 1 });
    return parts;
  }

  // sim/report/page/web/model.js
  var DOWN = 0;
  var CANDIDATE = 2;
  var LEADER = 3;
  var KINDS = [
    "heartbeat",
    "commit notice",
    "entries",
    "pre-vote request",
    "vote request",
    "order to stand for election",
    "snapshot",
    "call"
  ];
  var HEARTBEAT = 0;
  var COMMIT = 1;
  var APPEND = 2;
  var PREVOTE = 3;
  var VOTE = 4;
  var ANSWER = 16;
  var LOST = 1;
  var HELD = 2;
  var OK = 4;
  var Run = class {
    constructor(film, live) {
      Object.assign(this, {
        label: film.label ?? "",
        id: film.id,
        title: film.title,
        about: film.about,
        seed: film.seed,
        on: film.on,
        start: film.start,
        end: film.end,
        capitals: film.capitals,
        terms: film.terms,
        stages: film.stages,
        ending: film.ending,
        failed: film.failed,
        live,
        still: Boolean(film.still)
      });
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
      this.plans = /* @__PURE__ */ new Map();
      this.pledges = new Track([]);
      this.messages = [];
      this.messageCount = 0;
      this.leftOut = {};
      this.append(film);
    }
    /** append takes what a film has, or what has happened since. */
    append(film) {
      const all = (list) => list ?? [];
      this.clock.push(...all(film.clock));
      for (const [t12, c, role, term] of all(film.roles)) this.role[c].push(t12, [role, term]);
      for (const [t12, c, leader] of all(film.follows)) this.follows[c].push(t12, leader);
      for (const [t12, c, n] of all(film.stored)) this.stored[c].push(t12, n);
      for (const [t12, c, n] of all(film.applied)) this.applied[c].push(t12, n);
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
      this.end = Math.max(this.end, film.end ?? 0);
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
          sent: sent / 1e3,
          end: m.took[i] < 0 ? Infinity : (sent + m.took[i]) / 1e3,
          from: m.from[i],
          to: m.to[i],
          kind: m.kind[i] & 15,
          answer: m.kind[i] >= ANSWER,
          lost: (m.fate[i] & LOST) !== 0,
          held: (m.fate[i] & HELD) !== 0,
          ok: (m.fate[i] & OK) !== 0,
          term: m.term[i],
          index: m.index[i],
          entries: m.entries[i]
        });
      }
      this.sentTimes = this.messages.map((x) => x.sent);
    }
    /** stepOfMove returns the step that tells of a move of the record, by its place from 0; -1 if none does. */
    stepOfMove(move) {
      const index = this.record[move]?.index;
      return index ? this.steps.findIndex((s2) => s2.index === index) : -1;
    }
    name(c) {
      return this.capitals[c]?.name ?? "nobody";
    }
    names(list) {
      return list.map((c) => this.name(c));
    }
    /** moves returns how many moves of the record anybody has applied at Raft time t. */
    moves(t12) {
      return after(this.recordTimes, t12);
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
      const found = /* @__PURE__ */ new Map();
      for (let i = 0; i <= track.place(k); i++) {
        const plan = track.values[i];
        if (!found.has(plan.version)) found.set(plan.version, plan);
      }
      return [...found.values()];
    }
    /** linesAt returns the lines that are not sound at Raft time t: from, to, and what is wrong. */
    linesAt(t12) {
      const now = /* @__PURE__ */ new Map();
      const n = after(this.lineTimes, t12);
      for (let i = 0; i < n; i++) {
        const l = this.lines[i];
        const key2 = l.from * 1e3 + l.to;
        if (l.cut || l.held || l.drop || l.slow) now.set(key2, l);
        else now.delete(key2);
      }
      return [...now.values()];
    }
    /** leader returns who leads at t: the leader of the highest Raft term; -1 if nobody does. */
    leader(t12) {
      let leader = -1;
      let highest = -1;
      this.role.forEach((track, c) => {
        const [role, term] = track.at(t12);
        if (role === LEADER && term > highest) [leader, highest] = [c, term];
      });
      return leader;
    }
    /** explain says what a message was and what became of it. */
    explain(m) {
      const from = this.name(m.from);
      const to2 = this.name(m.to);
      let what = KINDS[m.kind];
      if (m.kind === APPEND && !m.answer) what = m.entries === 1 ? "1 entry of the log" : `${m.entries} entries of the log`;
      let text = `${from} to ${to2}: ${what}`;
      if (m.answer) {
        const yes = m.kind === VOTE || m.kind === PREVOTE ? m.ok ? "granted" : "not granted" : m.ok ? "done" : "refused";
        text = `${from} to ${to2}: answer to a ${what.replace("entries", "message with entries")}, ${yes}`;
      }
      if (m.index) text += `, up to index ${m.index}`;
      if (m.term) text += `, Raft term ${m.term}`;
      text += `. Sent at ${m.sent.toFixed(1)} ms`;
      if (m.lost) return text + `; it was lost after ${(m.end - m.sent).toFixed(1)} ms.`;
      if (m.end === Infinity) return text + (m.held ? "; it is held back." : "; it was still under way at the end.");
      return text + `, arrived ${(m.end - m.sent).toFixed(1)} ms later${m.held ? ", having been held back" : ""}.`;
    }
  };

  // sim/report/page/web/time.js
  var MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  var WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  var DAY = 86400;
  var two = (n) => String(n).padStart(2, "0");
  function dayNumber(s2, start2) {
    return Math.floor(s2 / DAY) - Math.floor(start2 / DAY) + 1;
  }
  function clock(s2) {
    const d = new Date(s2 * 1e3);
    return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  }
  function shortDate(s2) {
    const d = new Date(s2 * 1e3);
    return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()].slice(0, 3)}`;
  }
  function longDate(s2) {
    const d = new Date(s2 * 1e3);
    return `${WEEKDAYS[d.getUTCDay()]} ${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]} ${d.getUTCFullYear()}`;
  }
  function when(s2, start2) {
    return `Day ${dayNumber(s2, start2)} · ${clock(s2)}`;
  }
  function raft(t12) {
    const shown = Math.max(t12, 0);
    if (shown >= 6e4) return `${(shown / 6e4).toFixed(1)} min`;
    return shown >= 1e3 ? `${(shown / 1e3).toFixed(3)} s` : `${shown.toFixed(1)} ms`;
  }

  // sim/report/page/web/text.js
  var WORDS = { adopted: "adopted", vetoed: "vetoed", rejected: "rejected", lapsed: "lapsed", withdrawn: "withdrawn", open: "open" };
  var GLYPHS = { adopted: "✓", vetoed: "✕", rejected: "✕", lapsed: "◌", withdrawn: "↩", open: "…", "never proposed": "–" };
  var Text = class {
    constructor(run) {
      this.run = run;
      this.tabs = h("div.tabs", { role: "tablist", "aria-label": "Plans" });
      this.body = h("div.text-body", { role: "tabpanel", id: `text-${run.place}`, tabindex: 0 });
      this.pledges = h("div.pledges");
      this.el = h(
        "section.card.text",
        { "aria-labelledby": `text-h-${run.place}` },
        h("header", {}, h("h3", { id: `text-h-${run.place}` }, "The text"), this.tabs),
        this.body,
        this.pledges
      );
      this.drawn = /* @__PURE__ */ new Map();
      this.chosen = null;
    }
    /** stale has everything drawn anew: there is more than there was. */
    stale() {
      this.drawn = /* @__PURE__ */ new Map();
    }
    show({ t: t12, step }) {
      const k = this.run.moves(t12);
      const plans = this.run.plansAt(k);
      const wanted = this.chosen ?? this.latest(step) ?? plans.at(-1)?.id;
      const plan = plans.find((p) => p.id === wanted) ?? plans.at(-1);
      this.moment = { t: t12, step };
      this.part("tabs", [plan?.id, plans.map((p) => [p.id, p.outcome])], () => this.drawTabs(plans, plan));
      this.part("pledges", this.run.pledges.place(k), () => this.drawPledges(k));
      if (!plan) {
        if (this.parts !== null) put(this.body, h("p.empty", {}, "No plan has been proposed yet."));
        this.parts = null;
        return;
      }
      if (!this.parts) {
        this.parts = ["head", "seats", "rule", "why", "terms"].map(() => h("div"));
        this.drawn = /* @__PURE__ */ new Map();
        put(this.body, this.parts);
      }
      const { id, outcome, stage, version } = plan;
      const [head, seats, rule, why, terms] = this.parts;
      this.part("head", [id, plan.title, version, outcome, stage, plan.agreement, plan.closes], () => put(head, this.head(plan)));
      this.part("seats", [id, outcome, stage, plan.consent, plan.object, plan.abstain, plan.absent, plan.vetoes, plan.conditional], () => put(seats, this.seats(plan)));
      this.part("rule", [plan.rule, stage, plan.verdict, outcome, plan.consent, plan.object, plan.abstain, plan.absent], () => put(rule, this.rule(plan)));
      this.part("why", [outcome, plan.because], () => put(why, this.why(plan)));
      this.part("terms", [id, version, plan.terms, plan.vetoes], () => put(terms, this.terms(plan, k)));
    }
    /** part draws a part if what it shows has changed: a moment mostly changes little. */
    part(name, state, draw) {
      const key2 = JSON.stringify(state);
      if (this.drawn.get(name) === key2) return;
      this.drawn.set(name, key2);
      draw();
    }
    /** latest returns the plan that the last step up to this one was about. */
    latest(step) {
      for (let i = step; i >= 0; i--) {
        const plan = this.run.steps[i]?.plan;
        if (plan && this.run.plans.has(plan)) return plan;
      }
      return null;
    }
    drawTabs(plans, plan) {
      this.tabs.hidden = plans.length < 2;
      put(this.tabs, plans.map((p) => h(p === plan ? "button.tab.on" : "button.tab", {
        type: "button",
        role: "tab",
        "aria-selected": p === plan ? "true" : "false",
        "aria-controls": this.body.id,
        onclick: () => {
          this.chosen = this.chosen === p.id ? null : p.id;
          this.show(this.moment);
        }
      }, h(`span.glyph.${p.outcome}`, { "aria-hidden": "true" }, GLYPHS[p.outcome]), p.id)));
    }
    head(plan) {
      const stages = this.run.stages.filter((s2) => s2.procedure === plan.procedure);
      const at2 = stages.findIndex((s2) => s2.name === plan.stage);
      const done = plan.outcome === "adopted";
      return h(
        "div.plan-head",
        {},
        h("div.plan-title", {}, badge(plan.outcome), h(
          "div",
          {},
          h("strong", {}, plan.title || plan.id),
          h("span.sub", {}, `${plan.id} · version ${plan.version}${plan.proposer >= 0 ? ` · proposed by ${this.run.name(plan.proposer)}` : ""}`)
        )),
        h("ol.stages", { "aria-label": "Stages" }, stages.map((s2, i) => {
          const state = i < at2 || done && i === at2 ? "passed" : i === at2 ? plan.outcome === "open" ? "now" : "ended" : "ahead";
          return h(
            `li.${state}`,
            { "aria-current": state === "now" ? "step" : null },
            s2.name,
            h("span.sr", {}, { passed: ", passed", now: ", open", ended: ", where it ended", ahead: ", not reached" }[state])
          );
        })),
        this.agreement(plan)
      );
    }
    agreement(plan) {
      if (plan.agreement) return h(`p.agreement.${plan.status}`, {}, plan.agreement);
      if (plan.outcome === "open" && plan.closes) return h("p.sub", {}, `The stage closes on ${when(plan.closes, this.run.start)}.`);
      return null;
    }
    /** seats shows what each capital that is asked says. */
    seats(plan) {
      const vetoes = new Map(plan.vetoes.map((v) => [v.who, v]));
      const ifs = new Map(plan.conditional.map((c) => [c.who, c.if]));
      const stage = this.run.stages.find((s2) => s2.procedure === plan.procedure && s2.name === plan.stage);
      const side = /* @__PURE__ */ new Map();
      for (const [name, list] of Object.entries({ consent: plan.consent, object: plan.object, abstain: plan.abstain, absent: plan.absent })) for (const c of list) side.set(c, name);
      const order = [...side.keys()].sort((a, b) => a - b);
      for (const v of vetoes.keys()) if (!side.has(v)) order.push(v);
      return h(
        order.length > 12 ? "ul.seats.small" : "ul.seats",
        { "aria-label": stage ? `Who is asked in stage ${stage.name}` : "Who is asked" },
        order.map((c) => {
          const veto = vetoes.get(c);
          let kind = side.get(c) ?? "object";
          let words = { consent: "consents", object: "objects", abstain: "abstains", absent: plan.outcome === "open" ? "has not spoken" : "did not speak" }[kind];
          let more = null;
          if (ifs.has(c) && kind === "absent") {
            kind = "conditional";
            words = "consents, if";
            more = ifs.get(c);
          }
          if (veto && kind !== "consent") {
            kind = "veto";
            words = "vetoes";
            more = [veto.citing?.length ? `cites ${veto.citing.join(", ")}` : "the text as a whole", veto.text ? h("q", {}, veto.text) : null];
          }
          return h(
            `li.seat.${kind}`,
            {},
            h("i", { "aria-hidden": "true" }, { consent: "✓", object: "✕", veto: "✕", abstain: "–", absent: "", conditional: "?" }[kind]),
            h("span.who", {}, this.run.name(c)),
            h("span.says", {}, words),
            more ? h("span.more", {}, more) : null
          );
        })
      );
    }
    rule(plan) {
      const tally = [["consent", plan.consent], ["absent", plan.absent], ["abstain", plan.abstain], ["object", plan.object]];
      const all = tally.reduce((n, [, list]) => n + list.length, 0);
      const bar = h("div.tally", { "aria-hidden": "true" }, tally.map(([name, list]) => {
        if (!list.length) return null;
        const part2 = h(`span.${name}`, {}, String(list.length));
        part2.style.flexGrow = String(list.length);
        return part2;
      }));
      const words = tally.filter(([, list]) => list.length).map(([name, list]) => `${list.length} ${name}`).join(", ");
      const verdict = { won: "It is won.", lost: plan.outcome === "open" ? "It cannot be won any more on this text." : "It was not won.", pending: "It can still be won." }[plan.verdict] ?? "";
      return h(
        "div.rule",
        {},
        h("p", {}, h("span.label", {}, `To pass ${plan.stage}: `), plan.rule || "its rule", ". ", h(`strong.${plan.verdict}`, {}, verdict)),
        all ? bar : null,
        h("p.sr", {}, `Tally: ${words}.`)
      );
    }
    why(plan) {
      if (!plan.because.length) return null;
      const title = plan.outcome === "open" ? "What is missing" : "Why";
      return h("div.why", {}, h("h4", {}, title), h("ul", {}, plan.because.map((r) => h(`li.${r.kind}`, {}, r.text))));
    }
    terms(plan, k) {
      const versions = this.run.versions(plan.id, k);
      const shown = versions.slice(-4);
      const cited = /* @__PURE__ */ new Map();
      for (const v of plan.vetoes) for (const term of v.citing ?? []) cited.set(term, [...cited.get(term) ?? [], this.run.name(v.who)]);
      const ids = [...new Set(shown.flatMap((v) => v.terms.map((x) => x.term)))];
      const value = (v, id) => v.terms.find((x) => x.term === id)?.value;
      return h("div.scroll", { tabindex: 0, role: "group", "aria-label": "Terms by version" }, h(
        "table.terms",
        {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Term"), shown.map((v, i) => h(
          "th",
          { scope: "col" },
          `Version ${v.version}`,
          i === 0 && versions.length > shown.length ? h("span.sub", {}, " (earlier ones left out)") : null
        )))),
        h("tbody", {}, ids.map((id) => {
          const term = this.run.terms.find((x) => x.id === id);
          const reserved = term?.reserved?.length ? `reserved to ${this.run.names(term.reserved).join(", ")}` : "";
          const notes = [term?.title, reserved].filter(Boolean).join(" · ");
          return h(
            "tr",
            {},
            h(
              "th",
              { scope: "row" },
              id,
              notes ? h("span.sub", {}, notes) : null,
              cited.has(id) ? h("span.cited", {}, `cited by ${cited.get(id).join(", ")}`) : null
            ),
            shown.map((v, i) => {
              const now = value(v, id);
              const changed = i > 0 && now !== value(shown[i - 1], id);
              return h(changed ? "td.changed" : "td", {}, now ?? "–", changed ? h("span.sr", {}, ", changed") : null);
            })
          );
        }))
      ));
    }
    drawPledges(k) {
      const list = this.run.pledges.at(k) ?? [];
      this.pledges.hidden = !list.length;
      if (!list.length) return;
      const terms = [...new Set(list.map((p) => p.term))];
      put(this.pledges, h("h4", {}, "Pledges"), terms.map((term) => h(
        "p",
        {},
        h("span.label", {}, `${term}: `),
        list.filter((p) => p.term === term).map((p) => h(
          p.counts ? "span.pledge" : "span.pledge.waits",
          { title: p.if ? `if ${p.if}` : null },
          p.counts ? "✓ " : "? ",
          this.run.name(p.who),
          p.value ? ` ${p.value}` : "",
          p.counts ? null : h("span.sr", {}, ` (does not count: if ${p.if})`)
        ))
      )));
    }
  };
  function badge(outcome) {
    return h(`span.badge.${outcome.replace(" ", "-")}`, {}, h("i", { "aria-hidden": "true" }, GLYPHS[outcome] ?? "…"), WORDS[outcome] ?? outcome);
  }

  // sim/report/page/web/headline.js
  function headline(run) {
    const e = run.ending;
    if (!e) return run.failed ? h("section.card.headline", {}, h("h3", {}, "The run was not finished, for a technical reason"), h("p", {}, run.failed)) : null;
    const held = e.findings.filter((f) => f.held).length;
    const checks = e.checks.filter((c) => c.held).length;
    return h(
      e.plans.length > 2 ? "div.headline.broad" : "div.headline",
      {},
      h(
        "section.card.politics",
        { "aria-labelledby": `agreed-${run.place}` },
        h("h3", { id: `agreed-${run.place}` }, "What was agreed"),
        e.plans.length ? null : h("p", {}, "There was no plan."),
        h(e.plans.length > 1 ? "div.plans.many" : "div.plans", {}, e.plans.map((p) => h(
          `article.plan.${p.outcome.replace(" ", "-")}`,
          {},
          h("h4", {}, badge(p.outcome), h("span", {}, p.title || p.id)),
          h("p.lead", {}, p.text),
          lines(p.because),
          sides(run, p),
          p.machine.length ? h("div.technical", {}, h("h5", {}, "For a technical reason"), lines(p.machine)) : null
        ))),
        e.pledges.map((line) => h("p", {}, line))
      ),
      h(
        "section.card.technical",
        { "aria-labelledby": `machines-${run.place}` },
        h("h3", { id: `machines-${run.place}` }, "What the machines did"),
        h("p.note", {}, "Nothing here is a decision of the parties."),
        lines(e.machines),
        h("details", {}, h("summary", {}, summary(e, held, checks)), h(
          "ul.verdicts",
          {},
          e.findings.map((f) => h(f.held ? "li.held" : "li.not-held", {}, h("b", {}, f.held ? "held " : "did not hold "), f.text, f.held || !f.found ? null : h("span.sub", {}, `found: ${f.found}`))),
          e.checks.map((c) => h(c.held ? "li.held" : "li.not-held", {}, h("b", {}, c.held ? "held " : "did not hold "), `${c.name} looked at ${c.looked_at}`, c.held ? null : h("span.sub", {}, c.detail)))
        ))
      )
    );
  }
  function summary(e, held, checks) {
    const expected = e.findings.length ? `${held} of ${e.findings.length} expectations held` : "Nothing was expected";
    return `${expected}; ${checks} of ${e.checks.length} checks held`;
  }
  function sides(run, ended) {
    const plan = run.plansAt(Infinity).find((p) => p.id === ended.id);
    if (!plan) return ended.tally.map((line) => h("p", {}, line));
    const vetoes = new Map(plan.vetoes.map((v) => [v.who, v]));
    const chip = (kind, glyph, words, c) => h(`li.${kind}`, {}, h("i", { "aria-hidden": "true" }, glyph), run.name(c), h("span.sr", {}, ` ${words}`));
    const silent = plan.absent.length;
    return h(
      "ul.sides",
      { "aria-label": "Who stands where" },
      plan.object.map((c) => {
        const veto = vetoes.get(c);
        return h(
          veto ? "li.veto" : "li.object",
          {},
          h("i", { "aria-hidden": "true" }, "✕"),
          run.name(c),
          h("span", {}, veto ? " vetoes" : " objects"),
          veto?.citing?.length ? h("span", {}, `: ${veto.citing.join(", ")}`) : null
        );
      }),
      plan.abstain.map((c) => chip("abstain", "–", "abstains", c)),
      plan.consent.map((c) => chip("consent", "✓", "consents", c)),
      silent > 8 ? h("li.absent", {}, `${silent} silent`) : plan.absent.map((c) => chip("absent", "", "is absent", c))
    );
  }
  function lines(list) {
    return h("ul.plain", {}, list.map((line) => h("li", {}, line)));
  }

  // sim/report/page/web/vendor/d3.js
  /*! Parts of d3, bundled.
  
  d3-color 3.1.1
  
  Copyright 2010-2026 Mike Bostock
  
  Permission to use, copy, modify, and/or distribute this software for any purpose
  with or without fee is hereby granted, provided that the above copyright notice
  and this permission notice appear in all copies.
  
  THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
  REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
  FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
  INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
  OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
  TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
  THIS SOFTWARE.
  
  d3-dispatch 3.0.2
  
  Copyright 2010-2026 Mike Bostock
  
  Permission to use, copy, modify, and/or distribute this software for any purpose
  with or without fee is hereby granted, provided that the above copyright notice
  and this permission notice appear in all copies.
  
  THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
  REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
  FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
  INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
  OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
  TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
  THIS SOFTWARE.
  
  d3-drag 3.0.1
  
  Copyright 2010-2026 Mike Bostock
  
  Permission to use, copy, modify, and/or distribute this software for any purpose
  with or without fee is hereby granted, provided that the above copyright notice
  and this permission notice appear in all copies.
  
  THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
  REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
  FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
  INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
  OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
  TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
  THIS SOFTWARE.
  
  d3-ease 3.0.2
  
  Copyright 2010-2026 Mike Bostock
  Copyright 2001 Robert Penner
  All rights reserved.
  
  Redistribution and use in source and binary forms, with or without modification,
  are permitted provided that the following conditions are met:
  
  * Redistributions of source code must retain the above copyright notice, this
    list of conditions and the following disclaimer.
  
  * Redistributions in binary form must reproduce the above copyright notice,
    this list of conditions and the following disclaimer in the documentation
    and/or other materials provided with the distribution.
  
  * Neither the name of the author nor the names of contributors may be used to
    endorse or promote products derived from this software without specific prior
    written permission.
  
  THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
  ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
  WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
  DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR
  ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
  (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
  LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
  ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
  (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
  SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
  
  d3-interpolate 3.0.2
  
  Copyright 2010-2026 Mike Bostock
  
  Permission to use, copy, modify, and/or distribute this software for any purpose
  with or without fee is hereby granted, provided that the above copyright notice
  and this permission notice appear in all copies.
  
  THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
  REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
  FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
  INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
  OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
  TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
  THIS SOFTWARE.
  
  d3-selection 3.0.0
  
  Copyright 2010-2021 Mike Bostock
  
  Permission to use, copy, modify, and/or distribute this software for any purpose
  with or without fee is hereby granted, provided that the above copyright notice
  and this permission notice appear in all copies.
  
  THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
  REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
  FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
  INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
  OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
  TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
  THIS SOFTWARE.
  
  d3-timer 3.0.2
  
  Copyright 2010-2026 Mike Bostock
  
  Permission to use, copy, modify, and/or distribute this software for any purpose
  with or without fee is hereby granted, provided that the above copyright notice
  and this permission notice appear in all copies.
  
  THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
  REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
  FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
  INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
  OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
  TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
  THIS SOFTWARE.
  
  d3-transition 3.0.2
  
  Copyright 2010-2026 Mike Bostock
  
  Permission to use, copy, modify, and/or distribute this software for any purpose
  with or without fee is hereby granted, provided that the above copyright notice
  and this permission notice appear in all copies.
  
  THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
  REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
  FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
  INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
  OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
  TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
  THIS SOFTWARE.
  
  d3-zoom 3.0.0
  
  Copyright 2010-2021 Mike Bostock
  
  Permission to use, copy, modify, and/or distribute this software for any purpose
  with or without fee is hereby granted, provided that the above copyright notice
  and this permission notice appear in all copies.
  
  THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
  REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
  FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
  INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
  OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
  TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
  THIS SOFTWARE.
  
  */
  var Cr = { value: () => {
  } };
  function vt() {
    for (var t12 = 0, e = arguments.length, n = {}, r; t12 < e; ++t12) {
      if (!(r = arguments[t12] + "") || r in n || /[\s.]/.test(r)) throw new Error("illegal type: " + r);
      n[r] = [];
    }
    return new Dt(n);
  }
  function Dt(t12) {
    this._ = t12;
  }
  function Or(t12, e) {
    return t12.trim().split(/^|\s+/).map(function(n) {
      var r = "", i = n.indexOf(".");
      if (i >= 0 && (r = n.slice(i + 1), n = n.slice(0, i)), n && !e.hasOwnProperty(n)) throw new Error("unknown type: " + n);
      return { type: n, name: r };
    });
  }
  Dt.prototype = vt.prototype = { constructor: Dt, on: function(t12, e) {
    var n = this._, r = Or(t12 + "", n), i, o = -1, u = r.length;
    if (arguments.length < 2) {
      for (; ++o < u; ) if ((i = (t12 = r[o]).type) && (i = $r(n[i], t12.name))) return i;
      return;
    }
    if (e != null && typeof e != "function") throw new Error("invalid callback: " + e);
    for (; ++o < u; ) if (i = (t12 = r[o]).type) n[i] = He(n[i], t12.name, e);
    else if (e == null) for (i in n) n[i] = He(n[i], t12.name, null);
    return this;
  }, copy: function() {
    var t12 = {}, e = this._;
    for (var n in e) t12[n] = e[n].slice();
    return new Dt(t12);
  }, call: function(t12, e) {
    if ((i = arguments.length - 2) > 0) for (var n = new Array(i), r = 0, i, o; r < i; ++r) n[r] = arguments[r + 2];
    if (!this._.hasOwnProperty(t12)) throw new Error("unknown type: " + t12);
    for (o = this._[t12], r = 0, i = o.length; r < i; ++r) o[r].value.apply(e, n);
  }, apply: function(t12, e, n) {
    if (!this._.hasOwnProperty(t12)) throw new Error("unknown type: " + t12);
    for (var r = this._[t12], i = 0, o = r.length; i < o; ++i) r[i].value.apply(e, n);
  } };
  function $r(t12, e) {
    for (var n = 0, r = t12.length, i; n < r; ++n) if ((i = t12[n]).name === e) return i.value;
  }
  function He(t12, e, n) {
    for (var r = 0, i = t12.length; r < i; ++r) if (t12[r].name === e) {
      t12[r] = Cr, t12 = t12.slice(0, r).concat(t12.slice(r + 1));
      break;
    }
    return n != null && t12.push({ name: e, value: n }), t12;
  }
  var qt = "http://www.w3.org/1999/xhtml";
  var se = { svg: "http://www.w3.org/2000/svg", xhtml: qt, xlink: "http://www.w3.org/1999/xlink", xml: "http://www.w3.org/XML/1998/namespace", xmlns: "http://www.w3.org/2000/xmlns/" };
  function tt(t12) {
    var e = t12 += "", n = e.indexOf(":");
    return n >= 0 && (e = t12.slice(0, n)) !== "xmlns" && (t12 = t12.slice(n + 1)), se.hasOwnProperty(e) ? { space: se[e], local: t12 } : t12;
  }
  function Rr(t12) {
    return function() {
      var e = this.ownerDocument, n = this.namespaceURI;
      return n === qt && e.documentElement.namespaceURI === qt ? e.createElement(t12) : e.createElementNS(n, t12);
    };
  }
  function Dr(t12) {
    return function() {
      return this.ownerDocument.createElementNS(t12.space, t12.local);
    };
  }
  function Pt(t12) {
    var e = tt(t12);
    return (e.local ? Dr : Rr)(e);
  }
  function qr() {
  }
  function rt(t12) {
    return t12 == null ? qr : function() {
      return this.querySelector(t12);
    };
  }
  function Fe(t12) {
    typeof t12 != "function" && (t12 = rt(t12));
    for (var e = this._groups, n = e.length, r = new Array(n), i = 0; i < n; ++i) for (var o = e[i], u = o.length, a = r[i] = new Array(u), s2, c, l = 0; l < u; ++l) (s2 = o[l]) && (c = t12.call(s2, s2.__data__, l, o)) && ("__data__" in s2 && (c.__data__ = s2.__data__), a[l] = c);
    return new A(r, this._parents);
  }
  function ce(t12) {
    return t12 == null ? [] : Array.isArray(t12) ? t12 : Array.from(t12);
  }
  function Pr() {
    return [];
  }
  function _t(t12) {
    return t12 == null ? Pr : function() {
      return this.querySelectorAll(t12);
    };
  }
  function Br(t12) {
    return function() {
      return ce(t12.apply(this, arguments));
    };
  }
  function Le(t12) {
    typeof t12 == "function" ? t12 = Br(t12) : t12 = _t(t12);
    for (var e = this._groups, n = e.length, r = [], i = [], o = 0; o < n; ++o) for (var u = e[o], a = u.length, s2, c = 0; c < a; ++c) (s2 = u[c]) && (r.push(t12.call(s2, s2.__data__, c, u)), i.push(s2));
    return new A(r, i);
  }
  function wt(t12) {
    return function() {
      return this.matches(t12);
    };
  }
  function Bt(t12) {
    return function(e) {
      return e.matches(t12);
    };
  }
  var Xr = Array.prototype.find;
  function Hr(t12) {
    return function() {
      return Xr.call(this.children, t12);
    };
  }
  function Fr() {
    return this.firstElementChild;
  }
  function Ve(t12) {
    return this.select(t12 == null ? Fr : Hr(typeof t12 == "function" ? t12 : Bt(t12)));
  }
  var Lr = Array.prototype.filter;
  function Vr() {
    return Array.from(this.children);
  }
  function Yr(t12) {
    return function() {
      return Lr.call(this.children, t12);
    };
  }
  function Ye(t12) {
    return this.selectAll(t12 == null ? Vr : Yr(typeof t12 == "function" ? t12 : Bt(t12)));
  }
  function Ge(t12) {
    typeof t12 != "function" && (t12 = wt(t12));
    for (var e = this._groups, n = e.length, r = new Array(n), i = 0; i < n; ++i) for (var o = e[i], u = o.length, a = r[i] = [], s2, c = 0; c < u; ++c) (s2 = o[c]) && t12.call(s2, s2.__data__, c, o) && a.push(s2);
    return new A(r, this._parents);
  }
  function Xt(t12) {
    return new Array(t12.length);
  }
  function Ue() {
    return new A(this._enter || this._groups.map(Xt), this._parents);
  }
  function bt(t12, e) {
    this.ownerDocument = t12.ownerDocument, this.namespaceURI = t12.namespaceURI, this._next = null, this._parent = t12, this.__data__ = e;
  }
  bt.prototype = { constructor: bt, appendChild: function(t12) {
    return this._parent.insertBefore(t12, this._next);
  }, insertBefore: function(t12, e) {
    return this._parent.insertBefore(t12, e);
  }, querySelector: function(t12) {
    return this._parent.querySelector(t12);
  }, querySelectorAll: function(t12) {
    return this._parent.querySelectorAll(t12);
  } };
  function Ke(t12) {
    return function() {
      return t12;
    };
  }
  function Gr(t12, e, n, r, i, o) {
    for (var u = 0, a, s2 = e.length, c = o.length; u < c; ++u) (a = e[u]) ? (a.__data__ = o[u], r[u] = a) : n[u] = new bt(t12, o[u]);
    for (; u < s2; ++u) (a = e[u]) && (i[u] = a);
  }
  function Ur(t12, e, n, r, i, o, u) {
    var a, s2, c = /* @__PURE__ */ new Map(), l = e.length, p = o.length, m = new Array(l), d;
    for (a = 0; a < l; ++a) (s2 = e[a]) && (m[a] = d = u.call(s2, s2.__data__, a, e) + "", c.has(d) ? i[a] = s2 : c.set(d, s2));
    for (a = 0; a < p; ++a) d = u.call(t12, o[a], a, o) + "", (s2 = c.get(d)) ? (r[a] = s2, s2.__data__ = o[a], c.delete(d)) : n[a] = new bt(t12, o[a]);
    for (a = 0; a < l; ++a) (s2 = e[a]) && c.get(m[a]) === s2 && (i[a] = s2);
  }
  function Kr(t12) {
    return t12.__data__;
  }
  function Qe(t12, e) {
    if (!arguments.length) return Array.from(this, Kr);
    var n = e ? Ur : Gr, r = this._parents, i = this._groups;
    typeof t12 != "function" && (t12 = Ke(t12));
    for (var o = i.length, u = new Array(o), a = new Array(o), s2 = new Array(o), c = 0; c < o; ++c) {
      var l = r[c], p = i[c], m = p.length, d = Qr(t12.call(l, l && l.__data__, c, r)), b = d.length, N = a[c] = new Array(b), S = u[c] = new Array(b), x = s2[c] = new Array(m);
      n(l, p, N, S, x, d, e);
      for (var T = 0, z = 0, H, O; T < b; ++T) if (H = N[T]) {
        for (T >= z && (z = T + 1); !(O = S[z]) && ++z < b; ) ;
        H._next = O || null;
      }
    }
    return u = new A(u, r), u._enter = a, u._exit = s2, u;
  }
  function Qr(t12) {
    return typeof t12 == "object" && "length" in t12 ? t12 : Array.from(t12);
  }
  function Ze() {
    return new A(this._exit || this._groups.map(Xt), this._parents);
  }
  function We(t12, e, n) {
    var r = this.enter(), i = this, o = this.exit();
    return typeof t12 == "function" ? (r = t12(r), r && (r = r.selection())) : r = r.append(t12 + ""), e != null && (i = e(i), i && (i = i.selection())), n == null ? o.remove() : n(o), r && i ? r.merge(i).order() : i;
  }
  function Je(t12) {
    for (var e = t12.selection ? t12.selection() : t12, n = this._groups, r = e._groups, i = n.length, o = r.length, u = Math.min(i, o), a = new Array(i), s2 = 0; s2 < u; ++s2) for (var c = n[s2], l = r[s2], p = c.length, m = a[s2] = new Array(p), d, b = 0; b < p; ++b) (d = c[b] || l[b]) && (m[b] = d);
    for (; s2 < i; ++s2) a[s2] = n[s2];
    return new A(a, this._parents);
  }
  function je() {
    for (var t12 = this._groups, e = -1, n = t12.length; ++e < n; ) for (var r = t12[e], i = r.length - 1, o = r[i], u; --i >= 0; ) (u = r[i]) && (o && u.compareDocumentPosition(o) ^ 4 && o.parentNode.insertBefore(u, o), o = u);
    return this;
  }
  function tn(t12) {
    t12 || (t12 = Zr);
    function e(p, m) {
      return p && m ? t12(p.__data__, m.__data__) : !p - !m;
    }
    for (var n = this._groups, r = n.length, i = new Array(r), o = 0; o < r; ++o) {
      for (var u = n[o], a = u.length, s2 = i[o] = new Array(a), c, l = 0; l < a; ++l) (c = u[l]) && (s2[l] = c);
      s2.sort(e);
    }
    return new A(i, this._parents).order();
  }
  function Zr(t12, e) {
    return t12 < e ? -1 : t12 > e ? 1 : t12 >= e ? 0 : NaN;
  }
  function en() {
    var t12 = arguments[0];
    return arguments[0] = this, t12.apply(null, arguments), this;
  }
  function nn() {
    return Array.from(this);
  }
  function rn() {
    for (var t12 = this._groups, e = 0, n = t12.length; e < n; ++e) for (var r = t12[e], i = 0, o = r.length; i < o; ++i) {
      var u = r[i];
      if (u) return u;
    }
    return null;
  }
  function on() {
    let t12 = 0;
    for (let e of this) ++t12;
    return t12;
  }
  function un() {
    return !this.node();
  }
  function an(t12) {
    for (var e = this._groups, n = 0, r = e.length; n < r; ++n) for (var i = e[n], o = 0, u = i.length, a; o < u; ++o) (a = i[o]) && t12.call(a, a.__data__, o, i);
    return this;
  }
  function Wr(t12) {
    return function() {
      this.removeAttribute(t12);
    };
  }
  function Jr(t12) {
    return function() {
      this.removeAttributeNS(t12.space, t12.local);
    };
  }
  function jr(t12, e) {
    return function() {
      this.setAttribute(t12, e);
    };
  }
  function ti(t12, e) {
    return function() {
      this.setAttributeNS(t12.space, t12.local, e);
    };
  }
  function ei(t12, e) {
    return function() {
      var n = e.apply(this, arguments);
      n == null ? this.removeAttribute(t12) : this.setAttribute(t12, n);
    };
  }
  function ni(t12, e) {
    return function() {
      var n = e.apply(this, arguments);
      n == null ? this.removeAttributeNS(t12.space, t12.local) : this.setAttributeNS(t12.space, t12.local, n);
    };
  }
  function sn(t12, e) {
    var n = tt(t12);
    if (arguments.length < 2) {
      var r = this.node();
      return n.local ? r.getAttributeNS(n.space, n.local) : r.getAttribute(n);
    }
    return this.each((e == null ? n.local ? Jr : Wr : typeof e == "function" ? n.local ? ni : ei : n.local ? ti : jr)(n, e));
  }
  function Ht(t12) {
    return t12.ownerDocument && t12.ownerDocument.defaultView || t12.document && t12 || t12.defaultView;
  }
  function ri(t12) {
    return function() {
      this.style.removeProperty(t12);
    };
  }
  function ii(t12, e, n) {
    return function() {
      this.style.setProperty(t12, e, n);
    };
  }
  function oi(t12, e, n) {
    return function() {
      var r = e.apply(this, arguments);
      r == null ? this.style.removeProperty(t12) : this.style.setProperty(t12, r, n);
    };
  }
  function cn(t12, e, n) {
    return arguments.length > 1 ? this.each((e == null ? ri : typeof e == "function" ? oi : ii)(t12, e, n ?? "")) : et(this.node(), t12);
  }
  function et(t12, e) {
    return t12.style.getPropertyValue(e) || Ht(t12).getComputedStyle(t12, null).getPropertyValue(e);
  }
  function ui(t12) {
    return function() {
      delete this[t12];
    };
  }
  function ai(t12, e) {
    return function() {
      this[t12] = e;
    };
  }
  function si(t12, e) {
    return function() {
      var n = e.apply(this, arguments);
      n == null ? delete this[t12] : this[t12] = n;
    };
  }
  function fn(t12, e) {
    return arguments.length > 1 ? this.each((e == null ? ui : typeof e == "function" ? si : ai)(t12, e)) : this.node()[t12];
  }
  function ln(t12) {
    return t12.trim().split(/^|\s+/);
  }
  function fe(t12) {
    return t12.classList || new hn(t12);
  }
  function hn(t12) {
    this._node = t12, this._names = ln(t12.getAttribute("class") || "");
  }
  hn.prototype = { add: function(t12) {
    var e = this._names.indexOf(t12);
    e < 0 && (this._names.push(t12), this._node.setAttribute("class", this._names.join(" ")));
  }, remove: function(t12) {
    var e = this._names.indexOf(t12);
    e >= 0 && (this._names.splice(e, 1), this._node.setAttribute("class", this._names.join(" ")));
  }, contains: function(t12) {
    return this._names.indexOf(t12) >= 0;
  } };
  function pn(t12, e) {
    for (var n = fe(t12), r = -1, i = e.length; ++r < i; ) n.add(e[r]);
  }
  function mn(t12, e) {
    for (var n = fe(t12), r = -1, i = e.length; ++r < i; ) n.remove(e[r]);
  }
  function ci(t12) {
    return function() {
      pn(this, t12);
    };
  }
  function fi(t12) {
    return function() {
      mn(this, t12);
    };
  }
  function li(t12, e) {
    return function() {
      (e.apply(this, arguments) ? pn : mn)(this, t12);
    };
  }
  function dn(t12, e) {
    var n = ln(t12 + "");
    if (arguments.length < 2) {
      for (var r = fe(this.node()), i = -1, o = n.length; ++i < o; ) if (!r.contains(n[i])) return false;
      return true;
    }
    return this.each((typeof e == "function" ? li : e ? ci : fi)(n, e));
  }
  function hi() {
    this.textContent = "";
  }
  function pi(t12) {
    return function() {
      this.textContent = t12;
    };
  }
  function mi(t12) {
    return function() {
      var e = t12.apply(this, arguments);
      this.textContent = e ?? "";
    };
  }
  function gn(t12) {
    return arguments.length ? this.each(t12 == null ? hi : (typeof t12 == "function" ? mi : pi)(t12)) : this.node().textContent;
  }
  function di() {
    this.innerHTML = "";
  }
  function gi(t12) {
    return function() {
      this.innerHTML = t12;
    };
  }
  function yi(t12) {
    return function() {
      var e = t12.apply(this, arguments);
      this.innerHTML = e ?? "";
    };
  }
  function yn(t12) {
    return arguments.length ? this.each(t12 == null ? di : (typeof t12 == "function" ? yi : gi)(t12)) : this.node().innerHTML;
  }
  function xi() {
    this.nextSibling && this.parentNode.appendChild(this);
  }
  function xn() {
    return this.each(xi);
  }
  function vi() {
    this.previousSibling && this.parentNode.insertBefore(this, this.parentNode.firstChild);
  }
  function vn() {
    return this.each(vi);
  }
  function _n(t12) {
    var e = typeof t12 == "function" ? t12 : Pt(t12);
    return this.select(function() {
      return this.appendChild(e.apply(this, arguments));
    });
  }
  function _i() {
    return null;
  }
  function wn(t12, e) {
    var n = typeof t12 == "function" ? t12 : Pt(t12), r = e == null ? _i : typeof e == "function" ? e : rt(e);
    return this.select(function() {
      return this.insertBefore(n.apply(this, arguments), r.apply(this, arguments) || null);
    });
  }
  function wi() {
    var t12 = this.parentNode;
    t12 && t12.removeChild(this);
  }
  function bn() {
    return this.each(wi);
  }
  function bi() {
    var t12 = this.cloneNode(false), e = this.parentNode;
    return e ? e.insertBefore(t12, this.nextSibling) : t12;
  }
  function Mi() {
    var t12 = this.cloneNode(true), e = this.parentNode;
    return e ? e.insertBefore(t12, this.nextSibling) : t12;
  }
  function Mn(t12) {
    return this.select(t12 ? Mi : bi);
  }
  function Nn(t12) {
    return arguments.length ? this.property("__data__", t12) : this.node().__data__;
  }
  function Ni(t12) {
    return function(e) {
      t12.call(this, e, this.__data__);
    };
  }
  function Ai(t12) {
    return t12.trim().split(/^|\s+/).map(function(e) {
      var n = "", r = e.indexOf(".");
      return r >= 0 && (n = e.slice(r + 1), e = e.slice(0, r)), { type: e, name: n };
    });
  }
  function Ei(t12) {
    return function() {
      var e = this.__on;
      if (e) {
        for (var n = 0, r = -1, i = e.length, o; n < i; ++n) o = e[n], (!t12.type || o.type === t12.type) && o.name === t12.name ? this.removeEventListener(o.type, o.listener, o.options) : e[++r] = o;
        ++r ? e.length = r : delete this.__on;
      }
    };
  }
  function Ii(t12, e, n) {
    return function() {
      var r = this.__on, i, o = Ni(e);
      if (r) {
        for (var u = 0, a = r.length; u < a; ++u) if ((i = r[u]).type === t12.type && i.name === t12.name) {
          this.removeEventListener(i.type, i.listener, i.options), this.addEventListener(i.type, i.listener = o, i.options = n), i.value = e;
          return;
        }
      }
      this.addEventListener(t12.type, o, n), i = { type: t12.type, name: t12.name, value: e, listener: o, options: n }, r ? r.push(i) : this.__on = [i];
    };
  }
  function An(t12, e, n) {
    var r = Ai(t12 + ""), i, o = r.length, u;
    if (arguments.length < 2) {
      var a = this.node().__on;
      if (a) {
        for (var s2 = 0, c = a.length, l; s2 < c; ++s2) for (i = 0, l = a[s2]; i < o; ++i) if ((u = r[i]).type === l.type && u.name === l.name) return l.value;
      }
      return;
    }
    for (a = e ? Ii : Ei, i = 0; i < o; ++i) this.each(a(r[i], e, n));
    return this;
  }
  function En(t12, e, n) {
    var r = Ht(t12), i = r.CustomEvent;
    typeof i == "function" ? i = new i(e, n) : (i = r.document.createEvent("Event"), n ? (i.initEvent(e, n.bubbles, n.cancelable), i.detail = n.detail) : i.initEvent(e, false, false)), t12.dispatchEvent(i);
  }
  function ki(t12, e) {
    return function() {
      return En(this, t12, e);
    };
  }
  function Si(t12, e) {
    return function() {
      return En(this, t12, e.apply(this, arguments));
    };
  }
  function In(t12, e) {
    return this.each((typeof e == "function" ? Si : ki)(t12, e));
  }
  function* kn() {
    for (var t12 = this._groups, e = 0, n = t12.length; e < n; ++e) for (var r = t12[e], i = 0, o = r.length, u; i < o; ++i) (u = r[i]) && (yield u);
  }
  var le = [null];
  function A(t12, e) {
    this._groups = t12, this._parents = e;
  }
  function Sn() {
    return new A([[document.documentElement]], le);
  }
  function Ti() {
    return this;
  }
  A.prototype = Sn.prototype = { constructor: A, select: Fe, selectAll: Le, selectChild: Ve, selectChildren: Ye, filter: Ge, data: Qe, enter: Ue, exit: Ze, join: We, merge: Je, selection: Ti, order: je, sort: tn, call: en, nodes: nn, node: rn, size: on, empty: un, each: an, attr: sn, style: cn, property: fn, classed: dn, text: gn, html: yn, raise: xn, lower: vn, append: _n, insert: wn, remove: bn, clone: Mn, datum: Nn, on: An, dispatch: In, [Symbol.iterator]: kn };
  var it = Sn;
  function q(t12) {
    return typeof t12 == "string" ? new A([[document.querySelector(t12)]], [document.documentElement]) : new A([[t12]], le);
  }
  function Tn(t12) {
    let e;
    for (; e = t12.sourceEvent; ) t12 = e;
    return t12;
  }
  function L(t12, e) {
    if (t12 = Tn(t12), e === void 0 && (e = t12.currentTarget), e) {
      var n = e.ownerSVGElement || e;
      if (n.createSVGPoint) {
        var r = n.createSVGPoint();
        return r.x = t12.clientX, r.y = t12.clientY, r = r.matrixTransform(e.getScreenCTM().inverse()), [r.x, r.y];
      }
      if (e.getBoundingClientRect) {
        var i = e.getBoundingClientRect();
        return [t12.clientX - i.left - e.clientLeft, t12.clientY - i.top - e.clientTop];
      }
    }
    return [t12.pageX, t12.pageY];
  }
  var he = { capture: true, passive: false };
  function pe(t12) {
    t12.preventDefault(), t12.stopImmediatePropagation();
  }
  function zn(t12) {
    var e = t12.document.documentElement, n = q(t12).on("dragstart.drag", pe, he);
    "onselectstart" in e ? n.on("selectstart.drag", pe, he) : (e.__noselect = e.style.MozUserSelect, e.style.MozUserSelect = "none");
  }
  function Cn(t12, e) {
    var n = t12.document.documentElement, r = q(t12).on("dragstart.drag", null);
    e && (r.on("click.drag", pe, he), setTimeout(function() {
      r.on("click.drag", null);
    }, 0)), "onselectstart" in n ? r.on("selectstart.drag", null) : (n.style.MozUserSelect = n.__noselect, delete n.__noselect);
  }
  function zi(t12, { sourceEvent: e, subject: n, target: r, identifier: i, active: o, x: u, y: a, dx: s2, dy: c, dispatch: l }) {
    Object.defineProperties(this, { type: { value: t12, enumerable: true, configurable: true }, sourceEvent: { value: e, enumerable: true, configurable: true }, subject: { value: n, enumerable: true, configurable: true }, target: { value: r, enumerable: true, configurable: true }, identifier: { value: i, enumerable: true, configurable: true }, active: { value: o, enumerable: true, configurable: true }, x: { value: u, enumerable: true, configurable: true }, y: { value: a, enumerable: true, configurable: true }, dx: { value: s2, enumerable: true, configurable: true }, dy: { value: c, enumerable: true, configurable: true }, _: { value: l } });
  }
  zi.prototype.on = function() {
    var t12 = this._.on.apply(this._, arguments);
    return t12 === this._ ? this : t12;
  };
  function mt(t12, e, n) {
    t12.prototype = e.prototype = n, n.constructor = t12;
  }
  function At(t12, e) {
    var n = Object.create(t12.prototype);
    for (var r in e) n[r] = e[r];
    return n;
  }
  function nt() {
  }
  var st = 0.7;
  var pt = 1 / st;
  var lt = "\\s*([+-]?\\d+)\\s*";
  var Mt = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*";
  var V = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*";
  var Ci = /^#([0-9a-f]{3,8})$/;
  var Oi = new RegExp(`^rgb\\(${lt},${lt},${lt}\\)$`);
  var $i = new RegExp(`^rgb\\(${V},${V},${V}\\)$`);
  var Ri = new RegExp(`^rgba\\(${lt},${lt},${lt},${Mt}\\)$`);
  var Di = new RegExp(`^rgba\\(${V},${V},${V},${Mt}\\)$`);
  var qi = new RegExp(`^hsl\\(${Mt},${V},${V}\\)$`);
  var Pi = new RegExp(`^hsla\\(${Mt},${V},${V},${Mt}\\)$`);
  var On = { aliceblue: 15792383, antiquewhite: 16444375, aqua: 65535, aquamarine: 8388564, azure: 15794175, beige: 16119260, bisque: 16770244, black: 0, blanchedalmond: 16772045, blue: 255, blueviolet: 9055202, brown: 10824234, burlywood: 14596231, cadetblue: 6266528, chartreuse: 8388352, chocolate: 13789470, coral: 16744272, cornflowerblue: 6591981, cornsilk: 16775388, crimson: 14423100, cyan: 65535, darkblue: 139, darkcyan: 35723, darkgoldenrod: 12092939, darkgray: 11119017, darkgreen: 25600, darkgrey: 11119017, darkkhaki: 12433259, darkmagenta: 9109643, darkolivegreen: 5597999, darkorange: 16747520, darkorchid: 10040012, darkred: 9109504, darksalmon: 15308410, darkseagreen: 9419919, darkslateblue: 4734347, darkslategray: 3100495, darkslategrey: 3100495, darkturquoise: 52945, darkviolet: 9699539, deeppink: 16716947, deepskyblue: 49151, dimgray: 6908265, dimgrey: 6908265, dodgerblue: 2003199, firebrick: 11674146, floralwhite: 16775920, forestgreen: 2263842, fuchsia: 16711935, gainsboro: 14474460, ghostwhite: 16316671, gold: 16766720, goldenrod: 14329120, gray: 8421504, green: 32768, greenyellow: 11403055, grey: 8421504, honeydew: 15794160, hotpink: 16738740, indianred: 13458524, indigo: 4915330, ivory: 16777200, khaki: 15787660, lavender: 15132410, lavenderblush: 16773365, lawngreen: 8190976, lemonchiffon: 16775885, lightblue: 11393254, lightcoral: 15761536, lightcyan: 14745599, lightgoldenrodyellow: 16448210, lightgray: 13882323, lightgreen: 9498256, lightgrey: 13882323, lightpink: 16758465, lightsalmon: 16752762, lightseagreen: 2142890, lightskyblue: 8900346, lightslategray: 7833753, lightslategrey: 7833753, lightsteelblue: 11584734, lightyellow: 16777184, lime: 65280, limegreen: 3329330, linen: 16445670, magenta: 16711935, maroon: 8388608, mediumaquamarine: 6737322, mediumblue: 205, mediumorchid: 12211667, mediumpurple: 9662683, mediumseagreen: 3978097, mediumslateblue: 8087790, mediumspringgreen: 64154, mediumturquoise: 4772300, mediumvioletred: 13047173, midnightblue: 1644912, mintcream: 16121850, mistyrose: 16770273, moccasin: 16770229, navajowhite: 16768685, navy: 128, oldlace: 16643558, olive: 8421376, olivedrab: 7048739, orange: 16753920, orangered: 16729344, orchid: 14315734, palegoldenrod: 15657130, palegreen: 10025880, paleturquoise: 11529966, palevioletred: 14381203, papayawhip: 16773077, peachpuff: 16767673, peru: 13468991, pink: 16761035, plum: 14524637, powderblue: 11591910, purple: 8388736, rebeccapurple: 6697881, red: 16711680, rosybrown: 12357519, royalblue: 4286945, saddlebrown: 9127187, salmon: 16416882, sandybrown: 16032864, seagreen: 3050327, seashell: 16774638, sienna: 10506797, silver: 12632256, skyblue: 8900331, slateblue: 6970061, slategray: 7372944, slategrey: 7372944, snow: 16775930, springgreen: 65407, steelblue: 4620980, tan: 13808780, teal: 32896, thistle: 14204888, tomato: 16737095, turquoise: 4251856, violet: 15631086, wheat: 16113331, white: 16777215, whitesmoke: 16119285, yellow: 16776960, yellowgreen: 10145074 };
  mt(nt, ct, { copy(t12) {
    return Object.assign(new this.constructor(), this, t12);
  }, displayable() {
    return this.rgb().displayable();
  }, hex: $n, formatHex: $n, formatHex8: Bi, formatHsl: Xi, formatRgb: Rn, toString: Rn });
  function $n() {
    return this.rgb().formatHex();
  }
  function Bi() {
    return this.rgb().formatHex8();
  }
  function Xi() {
    return Vn(this).formatHsl();
  }
  function Rn() {
    return this.rgb().formatRgb();
  }
  function ct(t12) {
    var e, n;
    return t12 = (t12 + "").trim().toLowerCase(), (e = Ci.exec(t12)) ? (n = e[1].length, e = parseInt(e[1], 16), n === 6 ? Dn(e) : n === 3 ? new I(e >> 8 & 15 | e >> 4 & 240, e >> 4 & 15 | e & 240, (e & 15) << 4 | e & 15, 1) : n === 8 ? Ft(e >> 24 & 255, e >> 16 & 255, e >> 8 & 255, (e & 255) / 255) : n === 4 ? Ft(e >> 12 & 15 | e >> 8 & 240, e >> 8 & 15 | e >> 4 & 240, e >> 4 & 15 | e & 240, ((e & 15) << 4 | e & 15) / 255) : null) : (e = Oi.exec(t12)) ? new I(e[1], e[2], e[3], 1) : (e = $i.exec(t12)) ? new I(e[1] * 255 / 100, e[2] * 255 / 100, e[3] * 255 / 100, 1) : (e = Ri.exec(t12)) ? Ft(e[1], e[2], e[3], e[4]) : (e = Di.exec(t12)) ? Ft(e[1] * 255 / 100, e[2] * 255 / 100, e[3] * 255 / 100, e[4]) : (e = qi.exec(t12)) ? Bn(e[1], e[2] / 100, e[3] / 100, 1) : (e = Pi.exec(t12)) ? Bn(e[1], e[2] / 100, e[3] / 100, e[4]) : On.hasOwnProperty(t12) ? Dn(On[t12]) : t12 === "transparent" ? new I(NaN, NaN, NaN, 0) : null;
  }
  function Dn(t12) {
    return new I(t12 >> 16 & 255, t12 >> 8 & 255, t12 & 255, 1);
  }
  function Ft(t12, e, n, r) {
    return r <= 0 && (t12 = e = n = NaN), new I(t12, e, n, r);
  }
  function ve(t12) {
    return t12 instanceof nt || (t12 = ct(t12)), t12 ? (t12 = t12.rgb(), new I(t12.r, t12.g, t12.b, t12.opacity)) : new I();
  }
  function Et(t12, e, n, r) {
    return arguments.length === 1 ? ve(t12) : new I(t12, e, n, r ?? 1);
  }
  function I(t12, e, n, r) {
    this.r = +t12, this.g = +e, this.b = +n, this.opacity = +r;
  }
  mt(I, Et, At(nt, { brighter(t12) {
    return t12 = t12 == null ? pt : Math.pow(pt, t12), new I(this.r * t12, this.g * t12, this.b * t12, this.opacity);
  }, darker(t12) {
    return t12 = t12 == null ? st : Math.pow(st, t12), new I(this.r * t12, this.g * t12, this.b * t12, this.opacity);
  }, rgb() {
    return this;
  }, clamp() {
    return new I(ut(this.r), ut(this.g), ut(this.b), Vt(this.opacity));
  }, displayable() {
    return -0.5 <= this.r && this.r < 255.5 && -0.5 <= this.g && this.g < 255.5 && -0.5 <= this.b && this.b < 255.5 && 0 <= this.opacity && this.opacity <= 1;
  }, hex: qn, formatHex: qn, formatHex8: Hi, formatRgb: Pn, toString: Pn }));
  function qn() {
    return `#${ot(this.r)}${ot(this.g)}${ot(this.b)}`;
  }
  function Hi() {
    return `#${ot(this.r)}${ot(this.g)}${ot(this.b)}${ot((isNaN(this.opacity) ? 1 : this.opacity) * 255)}`;
  }
  function Pn() {
    let t12 = Vt(this.opacity);
    return `${t12 === 1 ? "rgb(" : "rgba("}${ut(this.r)}, ${ut(this.g)}, ${ut(this.b)}${t12 === 1 ? ")" : `, ${t12})`}`;
  }
  function Vt(t12) {
    return isNaN(t12) ? 1 : Math.max(0, Math.min(1, t12));
  }
  function ut(t12) {
    return Math.max(0, Math.min(255, Math.round(t12) || 0));
  }
  function ot(t12) {
    return t12 = ut(t12), (t12 < 16 ? "0" : "") + t12.toString(16);
  }
  function Bn(t12, e, n, r) {
    return r <= 0 ? t12 = e = n = NaN : n <= 0 || n >= 1 ? t12 = e = NaN : e <= 0 && (t12 = NaN), new P(t12, e, n, r);
  }
  function Vn(t12) {
    if (t12 instanceof P) return new P(t12.h, t12.s, t12.l, t12.opacity);
    if (t12 instanceof nt || (t12 = ct(t12)), !t12) return new P();
    if (t12 instanceof P) return t12;
    t12 = t12.rgb();
    var e = t12.r / 255, n = t12.g / 255, r = t12.b / 255, i = Math.min(e, n, r), o = Math.max(e, n, r), u = NaN, a = o - i, s2 = (o + i) / 2;
    return a ? (e === o ? u = (n - r) / a + (n < r) * 6 : n === o ? u = (r - e) / a + 2 : u = (e - n) / a + 4, a /= s2 < 0.5 ? o + i : 2 - o - i, u *= 60) : a = s2 > 0 && s2 < 1 ? 0 : u, new P(u, a, s2, t12.opacity);
  }
  function Gt(t12, e, n, r) {
    return arguments.length === 1 ? Vn(t12) : new P(t12, e, n, r ?? 1);
  }
  function P(t12, e, n, r) {
    this.h = +t12, this.s = +e, this.l = +n, this.opacity = +r;
  }
  mt(P, Gt, At(nt, { brighter(t12) {
    return t12 = t12 == null ? pt : Math.pow(pt, t12), new P(this.h, this.s, this.l * t12, this.opacity);
  }, darker(t12) {
    return t12 = t12 == null ? st : Math.pow(st, t12), new P(this.h, this.s, this.l * t12, this.opacity);
  }, rgb() {
    var t12 = this.h % 360 + (this.h < 0) * 360, e = isNaN(t12) || isNaN(this.s) ? 0 : this.s, n = this.l, r = n + (n < 0.5 ? n : 1 - n) * e, i = 2 * n - r;
    return new I(me(t12 >= 240 ? t12 - 240 : t12 + 120, i, r), me(t12, i, r), me(t12 < 120 ? t12 + 240 : t12 - 120, i, r), this.opacity);
  }, clamp() {
    return new P(Xn(this.h), Lt(this.s), Lt(this.l), Vt(this.opacity));
  }, displayable() {
    return (0 <= this.s && this.s <= 1 || isNaN(this.s)) && 0 <= this.l && this.l <= 1 && 0 <= this.opacity && this.opacity <= 1;
  }, formatHsl() {
    let t12 = Vt(this.opacity);
    return `${t12 === 1 ? "hsl(" : "hsla("}${Xn(this.h)}, ${Lt(this.s) * 100}%, ${Lt(this.l) * 100}%${t12 === 1 ? ")" : `, ${t12})`}`;
  } }));
  function Xn(t12) {
    return t12 = (t12 || 0) % 360, t12 < 0 ? t12 + 360 : t12;
  }
  function Lt(t12) {
    return Math.max(0, Math.min(1, t12 || 0));
  }
  function me(t12, e, n) {
    return (t12 < 60 ? e + (n - e) * t12 / 60 : t12 < 180 ? n : t12 < 240 ? e + (n - e) * (240 - t12) / 60 : e) * 255;
  }
  var Yn = Math.PI / 180;
  var Gn = 180 / Math.PI;
  var Yt = 18;
  var Un = 0.96422;
  var Kn = 1;
  var Qn = 0.82521;
  var Zn = 4 / 29;
  var ht = 6 / 29;
  var Wn = 3 * ht * ht;
  var Fi = ht * ht * ht;
  function Jn(t12) {
    if (t12 instanceof Y) return new Y(t12.l, t12.a, t12.b, t12.opacity);
    if (t12 instanceof Q) return tr(t12);
    t12 instanceof I || (t12 = ve(t12));
    var e = xe(t12.r), n = xe(t12.g), r = xe(t12.b), i = de((0.2225045 * e + 0.7168786 * n + 0.0606169 * r) / Kn), o, u;
    return e === n && n === r ? o = u = i : (o = de((0.4360747 * e + 0.3850649 * n + 0.1430804 * r) / Un), u = de((0.0139322 * e + 0.0971045 * n + 0.7141733 * r) / Qn)), new Y(116 * i - 16, 500 * (o - i), 200 * (i - u), t12.opacity);
  }
  function jn(t12, e, n, r) {
    return arguments.length === 1 ? Jn(t12) : new Y(t12, e, n, r ?? 1);
  }
  function Y(t12, e, n, r) {
    this.l = +t12, this.a = +e, this.b = +n, this.opacity = +r;
  }
  mt(Y, jn, At(nt, { brighter(t12) {
    return new Y(this.l + Yt * (t12 ?? 1), this.a, this.b, this.opacity);
  }, darker(t12) {
    return new Y(this.l - Yt * (t12 ?? 1), this.a, this.b, this.opacity);
  }, rgb() {
    var t12 = (this.l + 16) / 116, e = isNaN(this.a) ? t12 : t12 + this.a / 500, n = isNaN(this.b) ? t12 : t12 - this.b / 200;
    return e = Un * ge(e), t12 = Kn * ge(t12), n = Qn * ge(n), new I(ye(3.1338561 * e - 1.6168667 * t12 - 0.4906146 * n), ye(-0.9787684 * e + 1.9161415 * t12 + 0.033454 * n), ye(0.0719453 * e - 0.2289914 * t12 + 1.4052427 * n), this.opacity);
  } }));
  function de(t12) {
    return t12 > Fi ? Math.pow(t12, 1 / 3) : t12 / Wn + Zn;
  }
  function ge(t12) {
    return t12 > ht ? t12 * t12 * t12 : Wn * (t12 - Zn);
  }
  function ye(t12) {
    return 255 * (t12 <= 31308e-7 ? 12.92 * t12 : 1.055 * Math.pow(t12, 1 / 2.4) - 0.055);
  }
  function xe(t12) {
    return (t12 /= 255) <= 0.04045 ? t12 / 12.92 : Math.pow((t12 + 0.055) / 1.055, 2.4);
  }
  function Li(t12) {
    if (t12 instanceof Q) return new Q(t12.h, t12.c, t12.l, t12.opacity);
    if (t12 instanceof Y || (t12 = Jn(t12)), t12.a === 0 && t12.b === 0) return new Q(NaN, 0 < t12.l && t12.l < 100 ? 0 : NaN, t12.l, t12.opacity);
    var e = Math.atan2(t12.b, t12.a) * Gn;
    return new Q(e < 0 ? e + 360 : e, Math.sqrt(t12.a * t12.a + t12.b * t12.b), t12.l, t12.opacity);
  }
  function Ut(t12, e, n, r) {
    return arguments.length === 1 ? Li(t12) : new Q(t12, e, n, r ?? 1);
  }
  function Q(t12, e, n, r) {
    this.h = +t12, this.c = +e, this.l = +n, this.opacity = +r;
  }
  function tr(t12) {
    if (isNaN(t12.h)) return new Y(t12.l, 0, 0, t12.opacity);
    var e = t12.h * Yn;
    return new Y(t12.l, Math.cos(e) * t12.c, Math.sin(e) * t12.c, t12.opacity);
  }
  mt(Q, Ut, At(nt, { brighter(t12) {
    return new Q(this.h, this.c, this.l + Yt * (t12 ?? 1), this.opacity);
  }, darker(t12) {
    return new Q(this.h, this.c, this.l - Yt * (t12 ?? 1), this.opacity);
  }, rgb() {
    return tr(this).rgb();
  } }));
  var er = -0.14861;
  var _e = 1.78277;
  var we = -0.29227;
  var Kt = -0.90649;
  var Nt = 1.97294;
  var Hn = Nt * Kt;
  var Fn = Nt * _e;
  var Ln = _e * we - Kt * er;
  function Vi(t12) {
    if (t12 instanceof at) return new at(t12.h, t12.s, t12.l, t12.opacity);
    t12 instanceof I || (t12 = ve(t12));
    var e = t12.r / 255, n = t12.g / 255, r = t12.b / 255, i = (Ln * r + Hn * e - Fn * n) / (Ln + Hn - Fn), o = r - i, u = (Nt * (n - i) - we * o) / Kt, a = Math.sqrt(u * u + o * o) / (Nt * i * (1 - i)), s2 = a ? Math.atan2(u, o) * Gn - 120 : NaN;
    return new at(s2 < 0 ? s2 + 360 : s2, a, i, t12.opacity);
  }
  function Qt(t12, e, n, r) {
    return arguments.length === 1 ? Vi(t12) : new at(t12, e, n, r ?? 1);
  }
  function at(t12, e, n, r) {
    this.h = +t12, this.s = +e, this.l = +n, this.opacity = +r;
  }
  mt(at, Qt, At(nt, { brighter(t12) {
    return t12 = t12 == null ? pt : Math.pow(pt, t12), new at(this.h, this.s, this.l * t12, this.opacity);
  }, darker(t12) {
    return t12 = t12 == null ? st : Math.pow(st, t12), new at(this.h, this.s, this.l * t12, this.opacity);
  }, rgb() {
    var t12 = isNaN(this.h) ? 0 : (this.h + 120) * Yn, e = +this.l, n = isNaN(this.s) ? 0 : this.s * e * (1 - e), r = Math.cos(t12), i = Math.sin(t12);
    return new I(255 * (e + n * (er * r + _e * i)), 255 * (e + n * (we * r + Kt * i)), 255 * (e + n * (Nt * r)), this.opacity);
  } }));
  function ir(t12, e, n, r, i) {
    var o = t12 * t12, u = o * t12;
    return ((1 - 3 * t12 + 3 * o - u) * e + (4 - 6 * o + 3 * u) * n + (1 + 3 * t12 + 3 * o - 3 * u) * r + u * i) / 6;
  }
  function Yi(t12) {
    var e = t12.length - 1;
    return function(n) {
      var r = n <= 0 ? n = 0 : n >= 1 ? (n = 1, e - 1) : Math.floor(n * e), i = t12[r], o = t12[r + 1], u = r > 0 ? t12[r - 1] : 2 * i - o, a = r < e - 1 ? t12[r + 2] : 2 * o - i;
      return ir((n - r / e) * e, u, i, o, a);
    };
  }
  function Gi(t12) {
    var e = t12.length;
    return function(n) {
      var r = Math.floor(((n %= 1) < 0 ? ++n : n) * e), i = t12[(r + e - 1) % e], o = t12[r % e], u = t12[(r + 1) % e], a = t12[(r + 2) % e];
      return ir((n - r / e) * e, i, o, u, a);
    };
  }
  var Ae = (t12) => () => t12;
  function or(t12, e) {
    return function(n) {
      return t12 + n * e;
    };
  }
  function Ui(t12, e, n) {
    return t12 = Math.pow(t12, n), e = Math.pow(e, n) - t12, n = 1 / n, function(r) {
      return Math.pow(t12 + r * e, n);
    };
  }
  function Ee(t12, e) {
    var n = e - t12;
    return n ? or(t12, n > 180 || n < -180 ? n - 360 * Math.round(n / 360) : n) : Ae(isNaN(t12) ? e : t12);
  }
  function Ki(t12) {
    return (t12 = +t12) == 1 ? C : function(e, n) {
      return n - e ? Ui(e, n, t12) : Ae(isNaN(e) ? n : e);
    };
  }
  function C(t12, e) {
    var n = e - t12;
    return n ? or(t12, n) : Ae(isNaN(t12) ? e : t12);
  }
  var Ie = (function t(e) {
    var n = Ki(e);
    function r(i, o) {
      var u = n((i = Et(i)).r, (o = Et(o)).r), a = n(i.g, o.g), s2 = n(i.b, o.b), c = C(i.opacity, o.opacity);
      return function(l) {
        return i.r = u(l), i.g = a(l), i.b = s2(l), i.opacity = c(l), i + "";
      };
    }
    return r.gamma = t, r;
  })(1);
  function ur(t12) {
    return function(e) {
      var n = e.length, r = new Array(n), i = new Array(n), o = new Array(n), u, a;
      for (u = 0; u < n; ++u) a = Et(e[u]), r[u] = a.r || 0, i[u] = a.g || 0, o[u] = a.b || 0;
      return r = t12(r), i = t12(i), o = t12(o), a.opacity = 1, function(s2) {
        return a.r = r(s2), a.g = i(s2), a.b = o(s2), a + "";
      };
    };
  }
  var qs = ur(Yi);
  var Ps = ur(Gi);
  function Z(t12, e) {
    return t12 = +t12, e = +e, function(n) {
      return t12 * (1 - n) + e * n;
    };
  }
  var Me = /[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g;
  var be = new RegExp(Me.source, "g");
  function Qi(t12) {
    return function() {
      return t12;
    };
  }
  function Zi(t12) {
    return function(e) {
      return t12(e) + "";
    };
  }
  function ar(t12, e) {
    var n = Me.lastIndex = be.lastIndex = 0, r, i, o, u = -1, a = [], s2 = [];
    for (t12 = t12 + "", e = e + ""; (r = Me.exec(t12)) && (i = be.exec(e)); ) (o = i.index) > n && (o = e.slice(n, o), a[u] ? a[u] += o : a[++u] = o), (r = r[0]) === (i = i[0]) ? a[u] ? a[u] += i : a[++u] = i : (a[++u] = null, s2.push({ i: u, x: Z(r, i) })), n = be.lastIndex;
    return n < e.length && (o = e.slice(n), a[u] ? a[u] += o : a[++u] = o), a.length < 2 ? s2[0] ? Zi(s2[0].x) : Qi(e) : (e = s2.length, function(c) {
      for (var l = 0, p; l < e; ++l) a[(p = s2[l]).i] = p.x(c);
      return a.join("");
    });
  }
  var nr = 180 / Math.PI;
  var Ne = { translateX: 0, translateY: 0, rotate: 0, skewX: 0, scaleX: 1, scaleY: 1 };
  function sr(t12, e, n, r, i, o) {
    var u, a, s2;
    return (u = Math.sqrt(t12 * t12 + e * e)) && (t12 /= u, e /= u), (s2 = t12 * n + e * r) && (n -= t12 * s2, r -= e * s2), (a = Math.sqrt(n * n + r * r)) && (n /= a, r /= a, s2 /= a), t12 * r < e * n && (t12 = -t12, e = -e, s2 = -s2, u = -u), { translateX: i, translateY: o, rotate: Math.atan2(e, t12) * nr, skewX: Math.atan(s2) * nr, scaleX: u, scaleY: a };
  }
  var Zt;
  function Wi(t12) {
    let e = new (typeof DOMMatrix == "function" ? DOMMatrix : WebKitCSSMatrix)(t12 + "");
    return e.isIdentity ? Ne : sr(e.a, e.b, e.c, e.d, e.e, e.f);
  }
  function Ji(t12) {
    return t12 == null || (Zt || (Zt = document.createElementNS("http://www.w3.org/2000/svg", "g")), Zt.setAttribute("transform", t12), !(t12 = Zt.transform.baseVal.consolidate())) ? Ne : (t12 = t12.matrix, sr(t12.a, t12.b, t12.c, t12.d, t12.e, t12.f));
  }
  function cr(t12, e, n, r) {
    function i(c) {
      return c.length ? c.pop() + " " : "";
    }
    function o(c, l, p, m, d, b) {
      if (c !== p || l !== m) {
        var N = d.push("translate(", null, e, null, n);
        b.push({ i: N - 4, x: Z(c, p) }, { i: N - 2, x: Z(l, m) });
      } else (p || m) && d.push("translate(" + p + e + m + n);
    }
    function u(c, l, p, m) {
      c !== l ? (c - l > 180 ? l += 360 : l - c > 180 && (c += 360), m.push({ i: p.push(i(p) + "rotate(", null, r) - 2, x: Z(c, l) })) : l && p.push(i(p) + "rotate(" + l + r);
    }
    function a(c, l, p, m) {
      c !== l ? m.push({ i: p.push(i(p) + "skewX(", null, r) - 2, x: Z(c, l) }) : l && p.push(i(p) + "skewX(" + l + r);
    }
    function s2(c, l, p, m, d, b) {
      if (c !== p || l !== m) {
        var N = d.push(i(d) + "scale(", null, ",", null, ")");
        b.push({ i: N - 4, x: Z(c, p) }, { i: N - 2, x: Z(l, m) });
      } else (p !== 1 || m !== 1) && d.push(i(d) + "scale(" + p + "," + m + ")");
    }
    return function(c, l) {
      var p = [], m = [];
      return c = t12(c), l = t12(l), o(c.translateX, c.translateY, l.translateX, l.translateY, p, m), u(c.rotate, l.rotate, p, m), a(c.skewX, l.skewX, p, m), s2(c.scaleX, c.scaleY, l.scaleX, l.scaleY, p, m), c = l = null, function(d) {
        for (var b = -1, N = m.length, S; ++b < N; ) p[(S = m[b]).i] = S.x(d);
        return p.join("");
      };
    };
  }
  var fr = cr(Wi, "px, ", "px)", "deg)");
  var lr = cr(Ji, ", ", ")", ")");
  var ji = 1e-12;
  function rr(t12) {
    return ((t12 = Math.exp(t12)) + 1 / t12) / 2;
  }
  function to(t12) {
    return ((t12 = Math.exp(t12)) - 1 / t12) / 2;
  }
  function eo(t12) {
    return ((t12 = Math.exp(2 * t12)) - 1) / (t12 + 1);
  }
  var hr = (function t2(e, n, r) {
    function i(o, u) {
      var a = o[0], s2 = o[1], c = o[2], l = u[0], p = u[1], m = u[2], d = l - a, b = p - s2, N = d * d + b * b, S, x;
      if (N < ji) x = Math.log(m / c) / e, S = function(j) {
        return [a + j * d, s2 + j * b, c * Math.exp(e * j * x)];
      };
      else {
        var T = Math.sqrt(N), z = (m * m - c * c + r * N) / (2 * c * n * T), H = (m * m - c * c - r * N) / (2 * m * n * T), O = Math.log(Math.sqrt(z * z + 1) - z), $ = Math.log(Math.sqrt(H * H + 1) - H);
        x = ($ - O) / e, S = function(j) {
          var Ot = j * x, $t = rr(O), Rt = c / (n * T) * ($t * eo(e * Ot + O) - to(O));
          return [a + Rt * d, s2 + Rt * b, c * $t / rr(e * Ot + O)];
        };
      }
      return S.duration = Math.abs(x) * 1e3 * e / Math.SQRT2, S;
    }
    return i.rho = function(o) {
      var u = Math.max(1e-3, +o), a = u * u, s2 = a * a;
      return t2(u, a, s2);
    }, i;
  })(Math.SQRT2, 2, 4);
  function pr(t12) {
    return function(e, n) {
      var r = t12((e = Gt(e)).h, (n = Gt(n)).h), i = C(e.s, n.s), o = C(e.l, n.l), u = C(e.opacity, n.opacity);
      return function(a) {
        return e.h = r(a), e.s = i(a), e.l = o(a), e.opacity = u(a), e + "";
      };
    };
  }
  var Bs = pr(Ee);
  var Xs = pr(C);
  function mr(t12) {
    return function(e, n) {
      var r = t12((e = Ut(e)).h, (n = Ut(n)).h), i = C(e.c, n.c), o = C(e.l, n.l), u = C(e.opacity, n.opacity);
      return function(a) {
        return e.h = r(a), e.c = i(a), e.l = o(a), e.opacity = u(a), e + "";
      };
    };
  }
  var Hs = mr(Ee);
  var Fs = mr(C);
  function dr(t12) {
    return (function e(n) {
      n = +n;
      function r(i, o) {
        var u = t12((i = Qt(i)).h, (o = Qt(o)).h), a = C(i.s, o.s), s2 = C(i.l, o.l), c = C(i.opacity, o.opacity);
        return function(l) {
          return i.h = u(l), i.s = a(l), i.l = s2(Math.pow(l, n)), i.opacity = c(l), i + "";
        };
      }
      return r.gamma = e, r;
    })(1);
  }
  var Ls = dr(Ee);
  var Vs = dr(C);
  var dt = 0;
  var kt = 0;
  var It = 0;
  var yr = 1e3;
  var Wt;
  var St;
  var Jt = 0;
  var ft = 0;
  var te = 0;
  var Tt = typeof performance == "object" && performance.now ? performance : Date;
  var xr = typeof window == "object" && window.requestAnimationFrame ? window.requestAnimationFrame.bind(window) : function(t12) {
    setTimeout(t12, 17);
  };
  function ee() {
    return ft || (xr(no), ft = Tt.now() + te);
  }
  function no() {
    ft = 0;
  }
  function jt() {
    this._call = this._time = this._next = null;
  }
  jt.prototype = Se.prototype = { constructor: jt, restart: function(t12, e, n) {
    if (typeof t12 != "function") throw new TypeError("callback is not a function");
    n = (n == null ? ee() : +n) + (e == null ? 0 : +e), !this._next && St !== this && (St ? St._next = this : Wt = this, St = this), this._call = t12, this._time = n, ke();
  }, stop: function() {
    this._call && (this._call = null, this._time = 1 / 0, ke());
  } };
  function Se(t12, e, n) {
    var r = new jt();
    return r.restart(t12, e, n), r;
  }
  function ro() {
    ee(), ++dt;
    for (var t12 = Wt, e; t12; ) (e = ft - t12._time) >= 0 && t12._call.call(void 0, e), t12 = t12._next;
    --dt;
  }
  function gr() {
    ft = (Jt = Tt.now()) + te, dt = kt = 0;
    try {
      ro();
    } finally {
      dt = 0, oo(), ft = 0;
    }
  }
  function io() {
    var t12 = Tt.now(), e = t12 - Jt;
    e > yr && (te -= e, Jt = t12);
  }
  function oo() {
    for (var t12, e = Wt, n, r = 1 / 0; e; ) e._call ? (r > e._time && (r = e._time), t12 = e, e = e._next) : (n = e._next, e._next = null, e = t12 ? t12._next = n : Wt = n);
    St = t12, ke(r);
  }
  function ke(t12) {
    if (!dt) {
      kt && (kt = clearTimeout(kt));
      var e = t12 - ft;
      e > 24 ? (t12 < 1 / 0 && (kt = setTimeout(gr, Math.ceil(t12 - Tt.now() - te) + 1)), It && (It = clearInterval(It))) : (It || (Jt = Tt.now(), It = setInterval(io, yr)), dt = 1, xr(gr));
    }
  }
  function Te(t12, e, n) {
    var r = new jt();
    return e = e == null ? 0 : +e, r.restart((i) => {
      r.stop(), t12(i + e);
    }, e, n), r;
  }
  function _r(t12) {
    return ((t12 *= 2) <= 1 ? t12 * t12 * t12 : (t12 -= 2) * t12 * t12 + 2) / 2;
  }
  var ze = 3;
  var Us = (function t3(e) {
    e = +e;
    function n(r) {
      return Math.pow(r, e);
    }
    return n.exponent = t3, n;
  })(ze);
  var Ks = (function t4(e) {
    e = +e;
    function n(r) {
      return 1 - Math.pow(1 - r, e);
    }
    return n.exponent = t4, n;
  })(ze);
  var Qs = (function t5(e) {
    e = +e;
    function n(r) {
      return ((r *= 2) <= 1 ? Math.pow(r, e) : 2 - Math.pow(2 - r, e)) / 2;
    }
    return n.exponent = t5, n;
  })(ze);
  var uo = Math.PI;
  var Zs = uo / 2;
  function ne(t12) {
    return (Math.pow(2, -10 * t12) - 9765625e-10) * 1.0009775171065494;
  }
  var vr = 4 / 11;
  var Ws = 6 / 11;
  var Js = 8 / 11;
  var js = 3 / 4;
  var tc = 9 / 11;
  var ec = 10 / 11;
  var nc = 15 / 16;
  var rc = 21 / 22;
  var ic = 63 / 64;
  var oc = 1 / vr / vr;
  var Ce = 1.70158;
  var uc = (function t6(e) {
    e = +e;
    function n(r) {
      return (r = +r) * r * (e * (r - 1) + r);
    }
    return n.overshoot = t6, n;
  })(Ce);
  var ac = (function t7(e) {
    e = +e;
    function n(r) {
      return --r * r * ((r + 1) * e + r) + 1;
    }
    return n.overshoot = t7, n;
  })(Ce);
  var sc = (function t8(e) {
    e = +e;
    function n(r) {
      return ((r *= 2) < 1 ? r * r * ((e + 1) * r - e) : (r -= 2) * r * ((e + 1) * r + e) + 2) / 2;
    }
    return n.overshoot = t8, n;
  })(Ce);
  var gt = 2 * Math.PI;
  var Oe = 1;
  var $e = 0.3;
  var cc = (function t9(e, n) {
    var r = Math.asin(1 / (e = Math.max(1, e))) * (n /= gt);
    function i(o) {
      return e * ne(- --o) * Math.sin((r - o) / n);
    }
    return i.amplitude = function(o) {
      return t9(o, n * gt);
    }, i.period = function(o) {
      return t9(e, o);
    }, i;
  })(Oe, $e);
  var fc = (function t10(e, n) {
    var r = Math.asin(1 / (e = Math.max(1, e))) * (n /= gt);
    function i(o) {
      return 1 - e * ne(o = +o) * Math.sin((o + r) / n);
    }
    return i.amplitude = function(o) {
      return t10(o, n * gt);
    }, i.period = function(o) {
      return t10(e, o);
    }, i;
  })(Oe, $e);
  var lc = (function t11(e, n) {
    var r = Math.asin(1 / (e = Math.max(1, e))) * (n /= gt);
    function i(o) {
      return ((o = o * 2 - 1) < 0 ? e * ne(-o) * Math.sin((r - o) / n) : 2 - e * ne(o) * Math.sin((r + o) / n)) / 2;
    }
    return i.amplitude = function(o) {
      return t11(o, n * gt);
    }, i.period = function(o) {
      return t11(e, o);
    }, i;
  })(Oe, $e);
  var ao = vt("start", "end", "cancel", "interrupt");
  var so = [];
  var Mr = 0;
  var wr = 1;
  var Re = 2;
  var re = 3;
  var br = 4;
  var De = 5;
  var ie = 6;
  function oe(t12, e, n, r, i, o) {
    var u = t12.__transition;
    if (!u) t12.__transition = {};
    else if (n in u) return;
    co(t12, n, { name: e, index: r, group: i, on: ao, tween: so, time: o.time, delay: o.delay, duration: o.duration, ease: o.ease, timer: null, state: Mr });
  }
  function qe(t12, e) {
    var n = B(t12, e);
    if (n.state > Mr) throw new Error("too late; already scheduled");
    return n;
  }
  function G(t12, e) {
    var n = B(t12, e);
    if (n.state > re) throw new Error("too late; already running");
    return n;
  }
  function B(t12, e) {
    var n = t12.__transition;
    if (!n || !(n = n[e])) throw new Error("transition not found");
    return n;
  }
  function co(t12, e, n) {
    var r = t12.__transition, i;
    r[e] = n, n.timer = Se(o, 0, n.time);
    function o(c) {
      n.state = wr, n.timer.restart(u, n.delay, n.time), n.delay <= c && u(c - n.delay);
    }
    function u(c) {
      var l, p, m, d;
      if (n.state !== wr) return s2();
      for (l in r) if (d = r[l], d.name === n.name) {
        if (d.state === re) return Te(u);
        d.state === br ? (d.state = ie, d.timer.stop(), d.on.call("interrupt", t12, t12.__data__, d.index, d.group), delete r[l]) : +l < e && (d.state = ie, d.timer.stop(), d.on.call("cancel", t12, t12.__data__, d.index, d.group), delete r[l]);
      }
      if (Te(function() {
        n.state === re && (n.state = br, n.timer.restart(a, n.delay, n.time), a(c));
      }), n.state = Re, n.on.call("start", t12, t12.__data__, n.index, n.group), n.state === Re) {
        for (n.state = re, i = new Array(m = n.tween.length), l = 0, p = -1; l < m; ++l) (d = n.tween[l].value.call(t12, t12.__data__, n.index, n.group)) && (i[++p] = d);
        i.length = p + 1;
      }
    }
    function a(c) {
      for (var l = c < n.duration ? n.ease.call(null, c / n.duration) : (n.timer.restart(s2), n.state = De, 1), p = -1, m = i.length; ++p < m; ) i[p].call(t12, l);
      n.state === De && (n.on.call("end", t12, t12.__data__, n.index, n.group), s2());
    }
    function s2() {
      n.state = ie, n.timer.stop(), delete r[e];
      for (var c in r) return;
      delete t12.__transition;
    }
  }
  function zt(t12, e) {
    var n = t12.__transition, r, i, o = true, u;
    if (n) {
      e = e == null ? null : e + "";
      for (u in n) {
        if ((r = n[u]).name !== e) {
          o = false;
          continue;
        }
        i = r.state > Re && r.state < De, r.state = ie, r.timer.stop(), r.on.call(i ? "interrupt" : "cancel", t12, t12.__data__, r.index, r.group), delete n[u];
      }
      o && delete t12.__transition;
    }
  }
  function fo(t12) {
    return this.each(function() {
      zt(this, t12);
    });
  }
  function lo(t12, e) {
    var n, r;
    return function() {
      var i = G(this, t12), o = i.tween;
      if (o !== n) {
        r = n = o;
        for (var u = 0, a = r.length; u < a; ++u) if (r[u].name === e) {
          r = r.slice(), r.splice(u, 1);
          break;
        }
      }
      i.tween = r;
    };
  }
  function ho(t12, e, n) {
    var r, i;
    if (typeof n != "function") throw new Error();
    return function() {
      var o = G(this, t12), u = o.tween;
      if (u !== r) {
        i = (r = u).slice();
        for (var a = { name: e, value: n }, s2 = 0, c = i.length; s2 < c; ++s2) if (i[s2].name === e) {
          i[s2] = a;
          break;
        }
        s2 === c && i.push(a);
      }
      o.tween = i;
    };
  }
  function po(t12, e) {
    var n = this._id;
    if (t12 += "", arguments.length < 2) {
      for (var r = B(this.node(), n).tween, i = 0, o = r.length, u; i < o; ++i) if ((u = r[i]).name === t12) return u.value;
      return null;
    }
    return this.each((e == null ? lo : ho)(n, t12, e));
  }
  function Pe(t12, e, n) {
    var r = t12._id;
    return t12.each(function() {
      var i = G(this, r);
      (i.value || (i.value = {}))[e] = n.apply(this, arguments);
    }), function(i) {
      return B(i, r).value[e];
    };
  }
  function Nr(t12, e) {
    var n;
    return (typeof e == "number" ? Z : e instanceof ct ? Ie : (n = ct(e)) ? (e = n, Ie) : ar)(t12, e);
  }
  function mo(t12) {
    return function() {
      this.removeAttribute(t12);
    };
  }
  function go(t12) {
    return function() {
      this.removeAttributeNS(t12.space, t12.local);
    };
  }
  function yo(t12, e, n) {
    var r, i = n + "", o;
    return function() {
      var u = this.getAttribute(t12);
      return u === i ? null : u === r ? o : o = e(r = u, n);
    };
  }
  function xo(t12, e, n) {
    var r, i = n + "", o;
    return function() {
      var u = this.getAttributeNS(t12.space, t12.local);
      return u === i ? null : u === r ? o : o = e(r = u, n);
    };
  }
  function vo(t12, e, n) {
    var r, i, o;
    return function() {
      var u, a = n(this), s2;
      return a == null ? void this.removeAttribute(t12) : (u = this.getAttribute(t12), s2 = a + "", u === s2 ? null : u === r && s2 === i ? o : (i = s2, o = e(r = u, a)));
    };
  }
  function _o(t12, e, n) {
    var r, i, o;
    return function() {
      var u, a = n(this), s2;
      return a == null ? void this.removeAttributeNS(t12.space, t12.local) : (u = this.getAttributeNS(t12.space, t12.local), s2 = a + "", u === s2 ? null : u === r && s2 === i ? o : (i = s2, o = e(r = u, a)));
    };
  }
  function wo(t12, e) {
    var n = tt(t12), r = n === "transform" ? lr : Nr;
    return this.attrTween(t12, typeof e == "function" ? (n.local ? _o : vo)(n, r, Pe(this, "attr." + t12, e)) : e == null ? (n.local ? go : mo)(n) : (n.local ? xo : yo)(n, r, e));
  }
  function bo(t12, e) {
    return function(n) {
      this.setAttribute(t12, e.call(this, n));
    };
  }
  function Mo(t12, e) {
    return function(n) {
      this.setAttributeNS(t12.space, t12.local, e.call(this, n));
    };
  }
  function No(t12, e) {
    var n, r;
    function i() {
      var o = e.apply(this, arguments);
      return o !== r && (n = (r = o) && Mo(t12, o)), n;
    }
    return i._value = e, i;
  }
  function Ao(t12, e) {
    var n, r;
    function i() {
      var o = e.apply(this, arguments);
      return o !== r && (n = (r = o) && bo(t12, o)), n;
    }
    return i._value = e, i;
  }
  function Eo(t12, e) {
    var n = "attr." + t12;
    if (arguments.length < 2) return (n = this.tween(n)) && n._value;
    if (e == null) return this.tween(n, null);
    if (typeof e != "function") throw new Error();
    var r = tt(t12);
    return this.tween(n, (r.local ? No : Ao)(r, e));
  }
  function Io(t12, e) {
    return function() {
      qe(this, t12).delay = +e.apply(this, arguments);
    };
  }
  function ko(t12, e) {
    return e = +e, function() {
      qe(this, t12).delay = e;
    };
  }
  function So(t12) {
    var e = this._id;
    return arguments.length ? this.each((typeof t12 == "function" ? Io : ko)(e, t12)) : B(this.node(), e).delay;
  }
  function To(t12, e) {
    return function() {
      G(this, t12).duration = +e.apply(this, arguments);
    };
  }
  function zo(t12, e) {
    return e = +e, function() {
      G(this, t12).duration = e;
    };
  }
  function Co(t12) {
    var e = this._id;
    return arguments.length ? this.each((typeof t12 == "function" ? To : zo)(e, t12)) : B(this.node(), e).duration;
  }
  function Oo(t12, e) {
    if (typeof e != "function") throw new Error();
    return function() {
      G(this, t12).ease = e;
    };
  }
  function $o(t12) {
    var e = this._id;
    return arguments.length ? this.each(Oo(e, t12)) : B(this.node(), e).ease;
  }
  function Ro(t12, e) {
    return function() {
      var n = e.apply(this, arguments);
      if (typeof n != "function") throw new Error();
      G(this, t12).ease = n;
    };
  }
  function Do(t12) {
    if (typeof t12 != "function") throw new Error();
    return this.each(Ro(this._id, t12));
  }
  function qo(t12) {
    typeof t12 != "function" && (t12 = wt(t12));
    for (var e = this._groups, n = e.length, r = new Array(n), i = 0; i < n; ++i) for (var o = e[i], u = o.length, a = r[i] = [], s2, c = 0; c < u; ++c) (s2 = o[c]) && t12.call(s2, s2.__data__, c, o) && a.push(s2);
    return new J(r, this._parents, this._name, this._id);
  }
  function Po(t12) {
    if (t12._id !== this._id) throw new Error();
    for (var e = this._groups, n = t12._groups, r = e.length, i = n.length, o = Math.min(r, i), u = new Array(r), a = 0; a < o; ++a) for (var s2 = e[a], c = n[a], l = s2.length, p = u[a] = new Array(l), m, d = 0; d < l; ++d) (m = s2[d] || c[d]) && (p[d] = m);
    for (; a < r; ++a) u[a] = e[a];
    return new J(u, this._parents, this._name, this._id);
  }
  function Bo(t12) {
    return (t12 + "").trim().split(/^|\s+/).every(function(e) {
      var n = e.indexOf(".");
      return n >= 0 && (e = e.slice(0, n)), !e || e === "start";
    });
  }
  function Xo(t12, e, n) {
    var r, i, o = Bo(e) ? qe : G;
    return function() {
      var u = o(this, t12), a = u.on;
      a !== r && (i = (r = a).copy()).on(e, n), u.on = i;
    };
  }
  function Ho(t12, e) {
    var n = this._id;
    return arguments.length < 2 ? B(this.node(), n).on.on(t12) : this.each(Xo(n, t12, e));
  }
  function Fo(t12) {
    return function() {
      var e = this.parentNode;
      for (var n in this.__transition) if (+n !== t12) return;
      e && e.removeChild(this);
    };
  }
  function Lo() {
    return this.on("end.remove", Fo(this._id));
  }
  function Vo(t12) {
    var e = this._name, n = this._id;
    typeof t12 != "function" && (t12 = rt(t12));
    for (var r = this._groups, i = r.length, o = new Array(i), u = 0; u < i; ++u) for (var a = r[u], s2 = a.length, c = o[u] = new Array(s2), l, p, m = 0; m < s2; ++m) (l = a[m]) && (p = t12.call(l, l.__data__, m, a)) && ("__data__" in l && (p.__data__ = l.__data__), c[m] = p, oe(c[m], e, n, m, c, B(l, n)));
    return new J(o, this._parents, e, n);
  }
  function Yo(t12) {
    var e = this._name, n = this._id;
    typeof t12 != "function" && (t12 = _t(t12));
    for (var r = this._groups, i = r.length, o = [], u = [], a = 0; a < i; ++a) for (var s2 = r[a], c = s2.length, l, p = 0; p < c; ++p) if (l = s2[p]) {
      for (var m = t12.call(l, l.__data__, p, s2), d, b = B(l, n), N = 0, S = m.length; N < S; ++N) (d = m[N]) && oe(d, e, n, N, m, b);
      o.push(m), u.push(l);
    }
    return new J(o, u, e, n);
  }
  var Go = it.prototype.constructor;
  function Uo() {
    return new Go(this._groups, this._parents);
  }
  function Ko(t12, e) {
    var n, r, i;
    return function() {
      var o = et(this, t12), u = (this.style.removeProperty(t12), et(this, t12));
      return o === u ? null : o === n && u === r ? i : i = e(n = o, r = u);
    };
  }
  function Ar(t12) {
    return function() {
      this.style.removeProperty(t12);
    };
  }
  function Qo(t12, e, n) {
    var r, i = n + "", o;
    return function() {
      var u = et(this, t12);
      return u === i ? null : u === r ? o : o = e(r = u, n);
    };
  }
  function Zo(t12, e, n) {
    var r, i, o;
    return function() {
      var u = et(this, t12), a = n(this), s2 = a + "";
      return a == null && (s2 = a = (this.style.removeProperty(t12), et(this, t12))), u === s2 ? null : u === r && s2 === i ? o : (i = s2, o = e(r = u, a));
    };
  }
  function Wo(t12, e) {
    var n, r, i, o = "style." + e, u = "end." + o, a;
    return function() {
      var s2 = G(this, t12), c = s2.on, l = s2.value[o] == null ? a || (a = Ar(e)) : void 0;
      (c !== n || i !== l) && (r = (n = c).copy()).on(u, i = l), s2.on = r;
    };
  }
  function Jo(t12, e, n) {
    var r = (t12 += "") == "transform" ? fr : Nr;
    return e == null ? this.styleTween(t12, Ko(t12, r)).on("end.style." + t12, Ar(t12)) : typeof e == "function" ? this.styleTween(t12, Zo(t12, r, Pe(this, "style." + t12, e))).each(Wo(this._id, t12)) : this.styleTween(t12, Qo(t12, r, e), n).on("end.style." + t12, null);
  }
  function jo(t12, e, n) {
    return function(r) {
      this.style.setProperty(t12, e.call(this, r), n);
    };
  }
  function tu(t12, e, n) {
    var r, i;
    function o() {
      var u = e.apply(this, arguments);
      return u !== i && (r = (i = u) && jo(t12, u, n)), r;
    }
    return o._value = e, o;
  }
  function eu(t12, e, n) {
    var r = "style." + (t12 += "");
    if (arguments.length < 2) return (r = this.tween(r)) && r._value;
    if (e == null) return this.tween(r, null);
    if (typeof e != "function") throw new Error();
    return this.tween(r, tu(t12, e, n ?? ""));
  }
  function nu(t12) {
    return function() {
      this.textContent = t12;
    };
  }
  function ru(t12) {
    return function() {
      var e = t12(this);
      this.textContent = e ?? "";
    };
  }
  function iu(t12) {
    return this.tween("text", typeof t12 == "function" ? ru(Pe(this, "text", t12)) : nu(t12 == null ? "" : t12 + ""));
  }
  function ou(t12) {
    return function(e) {
      this.textContent = t12.call(this, e);
    };
  }
  function uu(t12) {
    var e, n;
    function r() {
      var i = t12.apply(this, arguments);
      return i !== n && (e = (n = i) && ou(i)), e;
    }
    return r._value = t12, r;
  }
  function au(t12) {
    var e = "text";
    if (arguments.length < 1) return (e = this.tween(e)) && e._value;
    if (t12 == null) return this.tween(e, null);
    if (typeof t12 != "function") throw new Error();
    return this.tween(e, uu(t12));
  }
  function su() {
    for (var t12 = this._name, e = this._id, n = Er(), r = this._groups, i = r.length, o = 0; o < i; ++o) for (var u = r[o], a = u.length, s2, c = 0; c < a; ++c) if (s2 = u[c]) {
      var l = B(s2, e);
      oe(s2, t12, n, c, u, { time: l.time + l.delay + l.duration, delay: 0, duration: l.duration, ease: l.ease });
    }
    return new J(r, this._parents, t12, n);
  }
  function cu() {
    var t12, e, n = this, r = n._id, i = n.size();
    return new Promise(function(o, u) {
      var a = { value: u }, s2 = { value: function() {
        --i === 0 && o();
      } };
      n.each(function() {
        var c = G(this, r), l = c.on;
        l !== t12 && (e = (t12 = l).copy(), e._.cancel.push(a), e._.interrupt.push(a), e._.end.push(s2)), c.on = e;
      }), i === 0 && o();
    });
  }
  var fu = 0;
  function J(t12, e, n, r) {
    this._groups = t12, this._parents = e, this._name = n, this._id = r;
  }
  function lu(t12) {
    return it().transition(t12);
  }
  function Er() {
    return ++fu;
  }
  var W = it.prototype;
  J.prototype = lu.prototype = { constructor: J, select: Vo, selectAll: Yo, selectChild: W.selectChild, selectChildren: W.selectChildren, filter: qo, merge: Po, selection: Uo, transition: su, call: W.call, nodes: W.nodes, node: W.node, size: W.size, empty: W.empty, each: W.each, on: Ho, attr: wo, attrTween: Eo, style: Jo, styleTween: eu, text: iu, textTween: au, remove: Lo, tween: po, delay: So, duration: Co, ease: $o, easeVarying: Do, end: cu, [Symbol.iterator]: W[Symbol.iterator] };
  var hu = { time: null, delay: 0, duration: 250, ease: _r };
  function pu(t12, e) {
    for (var n; !(n = t12.__transition) || !(n = n[e]); ) if (!(t12 = t12.parentNode)) throw new Error(`transition ${e} not found`);
    return n;
  }
  function mu(t12) {
    var e, n;
    t12 instanceof J ? (e = t12._id, t12 = t12._name) : (e = Er(), (n = hu).time = ee(), t12 = t12 == null ? null : t12 + "");
    for (var r = this._groups, i = r.length, o = 0; o < i; ++o) for (var u = r[o], a = u.length, s2, c = 0; c < a; ++c) (s2 = u[c]) && oe(s2, t12, e, c, u, n || pu(s2, e));
    return new J(r, this._parents, t12, e);
  }
  it.prototype.interrupt = fo;
  it.prototype.transition = mu;
  var Ct = (t12) => () => t12;
  function Be(t12, { sourceEvent: e, target: n, transform: r, dispatch: i }) {
    Object.defineProperties(this, { type: { value: t12, enumerable: true, configurable: true }, sourceEvent: { value: e, enumerable: true, configurable: true }, target: { value: n, enumerable: true, configurable: true }, transform: { value: r, enumerable: true, configurable: true }, _: { value: i } });
  }
  function X(t12, e, n) {
    this.k = t12, this.x = e, this.y = n;
  }
  X.prototype = { constructor: X, scale: function(t12) {
    return t12 === 1 ? this : new X(this.k * t12, this.x, this.y);
  }, translate: function(t12, e) {
    return t12 === 0 & e === 0 ? this : new X(this.k, this.x + this.k * t12, this.y + this.k * e);
  }, apply: function(t12) {
    return [t12[0] * this.k + this.x, t12[1] * this.k + this.y];
  }, applyX: function(t12) {
    return t12 * this.k + this.x;
  }, applyY: function(t12) {
    return t12 * this.k + this.y;
  }, invert: function(t12) {
    return [(t12[0] - this.x) / this.k, (t12[1] - this.y) / this.k];
  }, invertX: function(t12) {
    return (t12 - this.x) / this.k;
  }, invertY: function(t12) {
    return (t12 - this.y) / this.k;
  }, rescaleX: function(t12) {
    return t12.copy().domain(t12.range().map(this.invertX, this).map(t12.invert, t12));
  }, rescaleY: function(t12) {
    return t12.copy().domain(t12.range().map(this.invertY, this).map(t12.invert, t12));
  }, toString: function() {
    return "translate(" + this.x + "," + this.y + ") scale(" + this.k + ")";
  } };
  var yt = new X(1, 0, 0);
  Xe.prototype = X.prototype;
  function Xe(t12) {
    for (; !t12.__zoom; ) if (!(t12 = t12.parentNode)) return yt;
    return t12.__zoom;
  }
  function ue(t12) {
    t12.stopImmediatePropagation();
  }
  function xt(t12) {
    t12.preventDefault(), t12.stopImmediatePropagation();
  }
  function du(t12) {
    return (!t12.ctrlKey || t12.type === "wheel") && !t12.button;
  }
  function gu() {
    var t12 = this;
    return t12 instanceof SVGElement ? (t12 = t12.ownerSVGElement || t12, t12.hasAttribute("viewBox") ? (t12 = t12.viewBox.baseVal, [[t12.x, t12.y], [t12.x + t12.width, t12.y + t12.height]]) : [[0, 0], [t12.width.baseVal.value, t12.height.baseVal.value]]) : [[0, 0], [t12.clientWidth, t12.clientHeight]];
  }
  function Ir() {
    return this.__zoom || yt;
  }
  function yu(t12) {
    return -t12.deltaY * (t12.deltaMode === 1 ? 0.05 : t12.deltaMode ? 1 : 2e-3) * (t12.ctrlKey ? 10 : 1);
  }
  function xu() {
    return navigator.maxTouchPoints || "ontouchstart" in this;
  }
  function vu(t12, e, n) {
    var r = t12.invertX(e[0][0]) - n[0][0], i = t12.invertX(e[1][0]) - n[1][0], o = t12.invertY(e[0][1]) - n[0][1], u = t12.invertY(e[1][1]) - n[1][1];
    return t12.translate(i > r ? (r + i) / 2 : Math.min(0, r) || Math.max(0, i), u > o ? (o + u) / 2 : Math.min(0, o) || Math.max(0, u));
  }
  function kr() {
    var t12 = du, e = gu, n = vu, r = yu, i = xu, o = [0, 1 / 0], u = [[-1 / 0, -1 / 0], [1 / 0, 1 / 0]], a = 250, s2 = hr, c = vt("start", "zoom", "end"), l, p, m, d = 500, b = 150, N = 0, S = 10;
    function x(f) {
      f.property("__zoom", Ir).on("wheel.zoom", Ot, { passive: false }).on("mousedown.zoom", $t).on("dblclick.zoom", Rt).filter(i).on("touchstart.zoom", Sr).on("touchmove.zoom", Tr).on("touchend.zoom touchcancel.zoom", zr).style("-webkit-tap-highlight-color", "rgba(0,0,0,0)");
    }
    x.transform = function(f, g, h2, y) {
      var v = f.selection ? f.selection() : f;
      v.property("__zoom", Ir), f !== v ? O(f, g, h2, y) : v.interrupt().each(function() {
        $(this, arguments).event(y).start().zoom(null, typeof g == "function" ? g.apply(this, arguments) : g).end();
      });
    }, x.scaleBy = function(f, g, h2, y) {
      x.scaleTo(f, function() {
        var v = this.__zoom.k, _ = typeof g == "function" ? g.apply(this, arguments) : g;
        return v * _;
      }, h2, y);
    }, x.scaleTo = function(f, g, h2, y) {
      x.transform(f, function() {
        var v = e.apply(this, arguments), _ = this.__zoom, w = h2 == null ? H(v) : typeof h2 == "function" ? h2.apply(this, arguments) : h2, M = _.invert(w), E = typeof g == "function" ? g.apply(this, arguments) : g;
        return n(z(T(_, E), w, M), v, u);
      }, h2, y);
    }, x.translateBy = function(f, g, h2, y) {
      x.transform(f, function() {
        return n(this.__zoom.translate(typeof g == "function" ? g.apply(this, arguments) : g, typeof h2 == "function" ? h2.apply(this, arguments) : h2), e.apply(this, arguments), u);
      }, null, y);
    }, x.translateTo = function(f, g, h2, y, v) {
      x.transform(f, function() {
        var _ = e.apply(this, arguments), w = this.__zoom, M = y == null ? H(_) : typeof y == "function" ? y.apply(this, arguments) : y;
        return n(yt.translate(M[0], M[1]).scale(w.k).translate(typeof g == "function" ? -g.apply(this, arguments) : -g, typeof h2 == "function" ? -h2.apply(this, arguments) : -h2), _, u);
      }, y, v);
    };
    function T(f, g) {
      return g = Math.max(o[0], Math.min(o[1], g)), g === f.k ? f : new X(g, f.x, f.y);
    }
    function z(f, g, h2) {
      var y = g[0] - h2[0] * f.k, v = g[1] - h2[1] * f.k;
      return y === f.x && v === f.y ? f : new X(f.k, y, v);
    }
    function H(f) {
      return [(+f[0][0] + +f[1][0]) / 2, (+f[0][1] + +f[1][1]) / 2];
    }
    function O(f, g, h2, y) {
      f.on("start.zoom", function() {
        $(this, arguments).event(y).start();
      }).on("interrupt.zoom end.zoom", function() {
        $(this, arguments).event(y).end();
      }).tween("zoom", function() {
        var v = this, _ = arguments, w = $(v, _).event(y), M = e.apply(v, _), E = h2 == null ? H(M) : typeof h2 == "function" ? h2.apply(v, _) : h2, F = Math.max(M[1][0] - M[0][0], M[1][1] - M[0][1]), k = v.__zoom, R = typeof g == "function" ? g.apply(v, _) : g, U = s2(k.invert(E).concat(F / k.k), R.invert(E).concat(F / R.k));
        return function(D) {
          if (D === 1) D = R;
          else {
            var K = U(D), ae = F / K[2];
            D = new X(ae, E[0] - K[0] * ae, E[1] - K[1] * ae);
          }
          w.zoom(null, D);
        };
      });
    }
    function $(f, g, h2) {
      return !h2 && f.__zooming || new j(f, g);
    }
    function j(f, g) {
      this.that = f, this.args = g, this.active = 0, this.sourceEvent = null, this.extent = e.apply(f, g), this.taps = 0;
    }
    j.prototype = { event: function(f) {
      return f && (this.sourceEvent = f), this;
    }, start: function() {
      return ++this.active === 1 && (this.that.__zooming = this, this.emit("start")), this;
    }, zoom: function(f, g) {
      return this.mouse && f !== "mouse" && (this.mouse[1] = g.invert(this.mouse[0])), this.touch0 && f !== "touch" && (this.touch0[1] = g.invert(this.touch0[0])), this.touch1 && f !== "touch" && (this.touch1[1] = g.invert(this.touch1[0])), this.that.__zoom = g, this.emit("zoom"), this;
    }, end: function() {
      return --this.active === 0 && (delete this.that.__zooming, this.emit("end")), this;
    }, emit: function(f) {
      var g = q(this.that).datum();
      c.call(f, this.that, new Be(f, { sourceEvent: this.sourceEvent, target: x, type: f, transform: this.that.__zoom, dispatch: c }), g);
    } };
    function Ot(f, ...g) {
      if (!t12.apply(this, arguments)) return;
      var h2 = $(this, g).event(f), y = this.__zoom, v = Math.max(o[0], Math.min(o[1], y.k * Math.pow(2, r.apply(this, arguments)))), _ = L(f);
      if (h2.wheel) (h2.mouse[0][0] !== _[0] || h2.mouse[0][1] !== _[1]) && (h2.mouse[1] = y.invert(h2.mouse[0] = _)), clearTimeout(h2.wheel);
      else {
        if (y.k === v) return;
        h2.mouse = [_, y.invert(_)], zt(this), h2.start();
      }
      xt(f), h2.wheel = setTimeout(w, b), h2.zoom("mouse", n(z(T(y, v), h2.mouse[0], h2.mouse[1]), h2.extent, u));
      function w() {
        h2.wheel = null, h2.end();
      }
    }
    function $t(f, ...g) {
      if (m || !t12.apply(this, arguments)) return;
      var h2 = f.currentTarget, y = $(this, g, true).event(f), v = q(f.view).on("mousemove.zoom", E, true).on("mouseup.zoom", F, true), _ = L(f, h2), w = f.clientX, M = f.clientY;
      zn(f.view), ue(f), y.mouse = [_, this.__zoom.invert(_)], zt(this), y.start();
      function E(k) {
        if (xt(k), !y.moved) {
          var R = k.clientX - w, U = k.clientY - M;
          y.moved = R * R + U * U > N;
        }
        y.event(k).zoom("mouse", n(z(y.that.__zoom, y.mouse[0] = L(k, h2), y.mouse[1]), y.extent, u));
      }
      function F(k) {
        v.on("mousemove.zoom mouseup.zoom", null), Cn(k.view, y.moved), xt(k), y.event(k).end();
      }
    }
    function Rt(f, ...g) {
      if (t12.apply(this, arguments)) {
        var h2 = this.__zoom, y = L(f.changedTouches ? f.changedTouches[0] : f, this), v = h2.invert(y), _ = h2.k * (f.shiftKey ? 0.5 : 2), w = n(z(T(h2, _), y, v), e.apply(this, g), u);
        xt(f), a > 0 ? q(this).transition().duration(a).call(O, w, y, f) : q(this).call(x.transform, w, y, f);
      }
    }
    function Sr(f, ...g) {
      if (t12.apply(this, arguments)) {
        var h2 = f.touches, y = h2.length, v = $(this, g, f.changedTouches.length === y).event(f), _, w, M, E;
        for (ue(f), w = 0; w < y; ++w) M = h2[w], E = L(M, this), E = [E, this.__zoom.invert(E), M.identifier], v.touch0 ? !v.touch1 && v.touch0[2] !== E[2] && (v.touch1 = E, v.taps = 0) : (v.touch0 = E, _ = true, v.taps = 1 + !!l);
        l && (l = clearTimeout(l)), _ && (v.taps < 2 && (p = E[0], l = setTimeout(function() {
          l = null;
        }, d)), zt(this), v.start());
      }
    }
    function Tr(f, ...g) {
      if (this.__zooming) {
        var h2 = $(this, g).event(f), y = f.changedTouches, v = y.length, _, w, M, E;
        for (xt(f), _ = 0; _ < v; ++_) w = y[_], M = L(w, this), h2.touch0 && h2.touch0[2] === w.identifier ? h2.touch0[0] = M : h2.touch1 && h2.touch1[2] === w.identifier && (h2.touch1[0] = M);
        if (w = h2.that.__zoom, h2.touch1) {
          var F = h2.touch0[0], k = h2.touch0[1], R = h2.touch1[0], U = h2.touch1[1], D = (D = R[0] - F[0]) * D + (D = R[1] - F[1]) * D, K = (K = U[0] - k[0]) * K + (K = U[1] - k[1]) * K;
          w = T(w, Math.sqrt(D / K)), M = [(F[0] + R[0]) / 2, (F[1] + R[1]) / 2], E = [(k[0] + U[0]) / 2, (k[1] + U[1]) / 2];
        } else if (h2.touch0) M = h2.touch0[0], E = h2.touch0[1];
        else return;
        h2.zoom("touch", n(z(w, M, E), h2.extent, u));
      }
    }
    function zr(f, ...g) {
      if (this.__zooming) {
        var h2 = $(this, g).event(f), y = f.changedTouches, v = y.length, _, w;
        for (ue(f), m && clearTimeout(m), m = setTimeout(function() {
          m = null;
        }, d), _ = 0; _ < v; ++_) w = y[_], h2.touch0 && h2.touch0[2] === w.identifier ? delete h2.touch0 : h2.touch1 && h2.touch1[2] === w.identifier && delete h2.touch1;
        if (h2.touch1 && !h2.touch0 && (h2.touch0 = h2.touch1, delete h2.touch1), h2.touch0) h2.touch0[1] = this.__zoom.invert(h2.touch0[0]);
        else if (h2.end(), h2.taps === 2 && (w = L(w, this), Math.hypot(p[0] - w[0], p[1] - w[1]) < S)) {
          var M = q(this).on("dblclick.zoom");
          M && M.apply(this, arguments);
        }
      }
    }
    return x.wheelDelta = function(f) {
      return arguments.length ? (r = typeof f == "function" ? f : Ct(+f), x) : r;
    }, x.filter = function(f) {
      return arguments.length ? (t12 = typeof f == "function" ? f : Ct(!!f), x) : t12;
    }, x.touchable = function(f) {
      return arguments.length ? (i = typeof f == "function" ? f : Ct(!!f), x) : i;
    }, x.extent = function(f) {
      return arguments.length ? (e = typeof f == "function" ? f : Ct([[+f[0][0], +f[0][1]], [+f[1][0], +f[1][1]]]), x) : e;
    }, x.scaleExtent = function(f) {
      return arguments.length ? (o[0] = +f[0], o[1] = +f[1], x) : [o[0], o[1]];
    }, x.translateExtent = function(f) {
      return arguments.length ? (u[0][0] = +f[0][0], u[1][0] = +f[1][0], u[0][1] = +f[0][1], u[1][1] = +f[1][1], x) : [[u[0][0], u[0][1]], [u[1][0], u[1][1]]];
    }, x.constrain = function(f) {
      return arguments.length ? (n = f, x) : n;
    }, x.duration = function(f) {
      return arguments.length ? (a = +f, x) : a;
    }, x.interpolate = function(f) {
      return arguments.length ? (s2 = f, x) : s2;
    }, x.on = function() {
      var f = c.on.apply(c, arguments);
      return f === c ? x : f;
    }, x.clickDistance = function(f) {
      return arguments.length ? (N = (f = +f) * f, x) : Math.sqrt(N);
    }, x.tapDistance = function(f) {
      return arguments.length ? (S = +f, x) : S;
    }, x;
  }

  // sim/report/page/web/marks.js
  function kindOf(step) {
    if (step.decided) return step.decided === "adopted" ? "adopted" : "failed";
    if (step.refused) return "refused";
    if (step.kind === "election") return "election";
    if (step.machine) return step.kind === "fault" ? step.verb === "heal" || step.verb === "restart" || step.verb === "release" ? "mended" : "fault" : "waiting";
    switch (step.verb) {
      case "consent":
      case "lift":
      case "extend":
        return "consent";
      case "object":
      case "veto":
      case "denounce":
      case "report":
        return "object";
      case "propose":
      case "amend":
        return "text";
      case "pledge":
        return "pledge";
      case "abstain":
      case "unpledge":
      case "leave":
      case "withdraw":
        return "abstain";
    }
    return "other";
  }
  var MARK_WORDS = {
    text: "proposes or amends",
    consent: "consents",
    object: "objects or vetoes",
    abstain: "abstains, takes back or leaves",
    pledge: "pledges",
    adopted: "a plan is adopted",
    failed: "a plan fails",
    refused: "a move is refused",
    fault: "a fault",
    mended: "a fault ends",
    election: "elected leader",
    waiting: "a move waits",
    other: "says, calls and the rest"
  };
  function colourOf(kind) {
    switch (kind) {
      case "consent":
      case "adopted":
      case "pledge":
        return "--consent";
      case "object":
      case "failed":
        return "--object";
      case "abstain":
      case "waiting":
        return "--unsure";
      case "fault":
      case "mended":
      case "election":
        return "--machine";
      case "refused":
        return "--muted";
    }
    return "--ink";
  }
  function drawMark(g, kind, x, y, r, paint) {
    const colour = paint(colourOf(kind));
    const paper = paint("--card");
    g.save();
    g.translate(x, y);
    g.lineWidth = 1.6;
    g.strokeStyle = colour;
    g.fillStyle = colour;
    const path = (points) => {
      g.beginPath();
      points.forEach(([px, py], i) => i ? g.lineTo(px * r, py * r) : g.moveTo(px * r, py * r));
      g.closePath();
    };
    const halo = () => {
      g.save();
      g.strokeStyle = paper;
      g.lineWidth = 4;
      g.stroke();
      g.restore();
    };
    const tick = (points, colour2) => {
      g.strokeStyle = colour2;
      g.lineWidth = 1.8;
      g.beginPath();
      points.forEach(([px, py], i) => i ? g.lineTo(px * r, py * r) : g.moveTo(px * r, py * r));
      g.stroke();
    };
    switch (kind) {
      case "consent":
      case "adopted":
        g.beginPath();
        g.arc(0, 0, kind === "adopted" ? r * 1.25 : r, 0, 7);
        halo();
        g.fill();
        tick([[-0.5, 0.02], [-0.12, 0.42], [0.52, -0.38]], paper);
        break;
      case "object":
      case "failed": {
        const k = kind === "failed" ? 1.35 : 1.15;
        path([[0, -k], [k, 0], [0, k], [-k, 0]]);
        halo();
        g.fill();
        tick([[-0.36, -0.36], [0.36, 0.36]], paper);
        tick([[0.36, -0.36], [-0.36, 0.36]], paper);
        break;
      }
      case "text":
        path([[-0.8, -1], [0.8, -1], [0.8, 1], [-0.8, 1]]);
        halo();
        g.fill();
        tick([[-0.4, -0.35], [0.4, -0.35]], paper);
        tick([[-0.4, 0.25], [0.4, 0.25]], paper);
        break;
      case "pledge":
        path([[0, -1.1], [1.05, 0.8], [-1.05, 0.8]]);
        halo();
        g.fill();
        break;
      case "abstain":
      case "waiting":
        g.beginPath();
        g.arc(0, 0, r * 0.85, 0, 7);
        halo();
        g.fillStyle = paper;
        g.fill();
        g.stroke();
        break;
      case "refused":
        g.beginPath();
        g.arc(0, 0, r * 0.9, 0, 7);
        halo();
        g.fillStyle = paper;
        g.fill();
        g.stroke();
        tick([[-0.6, 0.6], [0.6, -0.6]], colour);
        break;
      case "fault":
        path([[0.35, -1.2], [-0.75, 0.2], [-0.02, 0.2], [-0.35, 1.2], [0.75, -0.2], [0.02, -0.2]]);
        halo();
        g.fill();
        break;
      case "mended":
        g.beginPath();
        g.arc(0, 0, r * 0.85, 0.7, 5.6);
        halo();
        g.stroke();
        path([[0.35, -0.75], [1.05, -0.55], [0.6, 0.05]]);
        g.fill();
        break;
      case "election": {
        const points = [];
        for (let i = 0; i < 10; i++) {
          const a = Math.PI * i / 5 - Math.PI / 2;
          const d = i % 2 ? 0.5 : 1.2;
          points.push([Math.cos(a) * d, Math.sin(a) * d]);
        }
        path(points);
        halo();
        g.fill();
        break;
      }
      default:
        g.beginPath();
        g.arc(0, 0, r * 0.5, 0, 7);
        halo();
        g.fill();
    }
    g.restore();
  }

  // sim/report/page/web/lanes.js
  var TOP = 40;
  var BOTTOM = 22;
  var PAD = 10;
  var MOST_DRAWN = 1400;
  var PER_PIXEL = 0.4;
  var ROOMY = 26;
  var MAX_ZOOM = 4e3;
  var Lanes = class {
    constructor(run, { seek, explain }) {
      Object.assign(this, { run, seek, explain, drawn: [], spots: [], hovered: null, view: yt });
      const n = run.capitals.length;
      this.row = n <= 6 ? 38 : n <= 10 ? 30 : n <= 16 ? 24 : 20;
      this.height = TOP + n * this.row + BOTTOM;
      this.picture = h("canvas");
      this.top = h("canvas");
      this.tip = h("div.tip", { role: "tooltip", hidden: true });
      this.names = h("ol.lane-names", { "aria-hidden": "true" }, run.capitals.map((c) => h("li", { title: c.name }, h("span", {}, c.name))));
      this.area = h("div.lane-area", {
        tabindex: 0,
        role: "group",
        "aria-describedby": "keys",
        "aria-label": "Lanes of the capitals' machines. Plus and minus zoom, M goes through the messages of the moment."
      }, this.picture, this.top, this.tip);
      this.note = h("p.note");
      this.buttons = h(
        "div.tools",
        {},
        h("button", { type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => this.zoomBy(2) }, "+"),
        h("button", { type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => this.zoomBy(0.5) }, "−"),
        h("button", { type: "button", title: "Raft time of this moment (Z)", onclick: () => this.zoomToMoment() }, "This moment"),
        h("button", { type: "button", title: "The whole run (0)", onclick: () => this.showAll() }, "Whole run")
      );
      this.list = h("details.messages", {}, h("summary", {}, "Messages of this moment"), h("div"));
      this.list.addEventListener("toggle", () => this.fillList());
      this.el = h(
        "section.card.lanes",
        { "aria-labelledby": `lanes-${run.place}` },
        h("header", {}, h("h3", { id: `lanes-${run.place}` }, "The machines"), this.buttons),
        h("div.lane-box", {}, this.names, this.area),
        this.note,
        legend(),
        this.list
      );
      this.names.style.paddingTop = `${TOP}px`;
      this.names.style.setProperty("--row", `${this.row}px`);
      this.area.style.height = `${this.height}px`;
      this.listen();
    }
    listen() {
      this.zoom = kr().scaleExtent([1, MAX_ZOOM]).filter((e) => !e.button && (e.type !== "wheel" || e.ctrlKey || e.metaKey || e.shiftKey) && !(e.type === "mousedown" && this.onRuler(e))).on("zoom", (e) => {
        this.view = e.transform;
        this.dirty = true;
        this.request();
      });
      q(this.area).call(this.zoom).on("dblclick.zoom", null);
      this.area.addEventListener("click", (e) => this.seekTo(e));
      this.area.addEventListener("pointerdown", (e) => {
        if (!this.onRuler(e)) return;
        this.scrubbing = true;
        this.area.setPointerCapture(e.pointerId);
        this.seekTo(e);
      });
      this.area.addEventListener("pointermove", (e) => this.scrubbing ? this.seekTo(e) : this.hover(e));
      this.area.addEventListener("pointerup", () => this.scrubbing = false);
      this.area.addEventListener("pointerleave", () => this.point(null));
      this.area.addEventListener("keydown", (e) => this.key(e));
      new ResizeObserver(() => this.resize()).observe(this.area);
    }
    key(e) {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      switch (e.key) {
        case "+":
        case "=":
          this.zoomBy(2);
          break;
        case "-":
          this.zoomBy(0.5);
          break;
        case "0":
          this.showAll();
          break;
        case "z":
        case "Z":
          this.zoomToMoment();
          break;
        case "m":
        case "M":
          this.nextMessage(e.shiftKey ? -1 : 1);
          break;
        case "Escape":
          this.point(null);
          break;
        default:
          return;
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
      this.colours = /* @__PURE__ */ new Map();
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
      const to2 = this.width / 2 - PAD - x * (this.width - 2 * PAD) * this.view.k;
      this.setView(this.view.k, to2);
    }
    setView(k, x) {
      const low = this.width - this.width * k;
      q(this.area).call(this.zoom.transform, yt.translate(Math.min(Math.max(x, low), 0), 0).scale(k));
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
      const part2 = this.part();
      if (!part2) return;
      const k = Math.min(0.86 / Math.max(part2.x1 - part2.x0, 1e-6), MAX_ZOOM);
      this.setView(k, this.width * 0.07 - PAD - part2.x0 * (this.width - 2 * PAD) * k);
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
          const [from, to2] = [Math.max(this.px(x0), -5), Math.min(this.px(x1), this.width + 5)];
          const [role] = track.values[i];
          this.drawRole(g, role, from, to2, y);
        }
      });
    }
    drawRole(g, role, from, to2, y) {
      const wide = Math.min(this.row * 0.36, 11);
      g.setLineDash([]);
      switch (role) {
        case LEADER:
          g.fillStyle = this.paint("--leader");
          g.beginPath();
          g.roundRect(from, y - wide / 2, Math.max(to2 - from, 1.5), wide, 3);
          g.fill();
          return;
        case CANDIDATE:
          g.strokeStyle = this.paint("--leader");
          g.lineWidth = 1.4;
          g.strokeRect(from, y - wide / 2 + 1, Math.max(to2 - from, 2), wide - 2);
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
      g.lineTo(to2, y);
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
      const to2 = Math.min(x + w, this.width + 10);
      g.save();
      g.beginPath();
      g.rect(from, y, to2 - from, height);
      g.clip();
      g.strokeStyle = this.paint("--hatch");
      g.lineWidth = 1.2;
      g.beginPath();
      for (let i = Math.floor((from - height) / 7) * 7; i < to2; i += 7) {
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
          for (let i = 0; i < n; i++) chosen.push(list[Math.floor(i * list.length / n)]);
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
      const last = /* @__PURE__ */ new Map();
      run.steps.forEach((step, i) => {
        const px = this.px(run.axis.xOf(step.t, step.at));
        if (px < -10 || px > this.width + 10) return;
        const kind = kindOf(step);
        const lanes = step.who.length && step.who.length <= 4 ? step.who : [];
        if (step.decided || !lanes.length) this.drawDecision(g, step, kind, px);
        for (const c of lanes) {
          const key2 = `${c}${kind}`;
          if (Math.abs((last.get(key2) ?? -99) - px) < 2) continue;
          last.set(key2, px);
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
      let free = -1e9;
      const first = Math.floor(run.start / DAY) * DAY;
      for (let s2 = first; s2 <= run.end; s2 += DAY) {
        const px = this.px(run.axis.xOfScenario(Math.max(s2, run.start)));
        if (px < -60 || px > this.width) continue;
        g.beginPath();
        g.moveTo(px + 0.5, 18);
        g.lineTo(px + 0.5, 26);
        g.stroke();
        const text = `Day ${dayNumber(s2, run.start)}`;
        const full = `${text} · ${shortDate(s2)}`;
        const room = this.width - px;
        const words = g.measureText(full).width < Math.min(room, 90) && px > free ? full : text;
        const wide = g.measureText(words).width;
        if (px < free || wide > room) continue;
        g.fillText(words, px + 1, 9);
        free = px + wide + 10;
      }
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
      if (by / 2 * perMs > 70) by /= 2;
      for (let t12 = Math.ceil(p.t0 / by) * by; t12 <= p.t1; t12 += by) {
        const px = this.px(this.run.axis.x(t12));
        if (px < 0 || px > this.width - 40) continue;
        g.beginPath();
        g.moveTo(px + 0.5, y - 11);
        g.lineTo(px + 0.5, y - 6);
        g.stroke();
        g.fillText(raft(t12), px, y);
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
        text = this.drawn.length < this.inView ? `${this.drawn.length} of the ${this.inView} messages in view are drawn, heartbeats and answers last: zoom in to see the others.` : `All ${this.inView} messages in view that have room are drawn.`;
      }
      if (left.length) text += ` Of ${run.messageCount} messages this page leaves out ${left.join(", ")}: it would not hold them all.`;
      setText(this.note, text);
    }
    // The moment on top.
    drawMoment(g) {
      const { t: t12, rests, x } = this.moment;
      const px = this.px(x);
      if (!rests) this.drawUnderWay(g, t12);
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
    drawUnderWay(g, t12) {
      if (!this.drawn.length) return;
      for (const m of this.drawn) {
        if (m.sent > t12 || m.end < t12 || m.end === Infinity) continue;
        const [x0, y0, x1, y1] = this.ends(m);
        const f = (t12 - m.sent) / Math.max(m.end - m.sent, 1e-6);
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
      for (const s2 of this.spots) {
        const d = Math.hypot(s2.x - x, s2.y - y);
        if (d < nearest) [best, nearest] = [s2, d];
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
    explainLane(c, { t: t12, s: s2 }) {
      const [role, term] = this.run.role[c].at(t12);
      const words = role === LEADER ? "leads" : role === CANDIDATE ? "stands for election" : role === DOWN ? "its machine is down" : "follows";
      const can = this.run.reach.at(t12);
      let text = `${this.run.name(c)}, ${when(s2, this.run.start)}: ${words}`;
      if (role !== DOWN) text += `, Raft term ${term}, ${this.run.applied[c].at(t12)} moves applied`;
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
      const part2 = this.part();
      const { run, moment } = this;
      const list = run.messages.filter((m) => m.sent >= part2.t0 && m.sent <= part2.t1);
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
      const part2 = this.part();
      if (this.listed === part2) return;
      this.listed = part2;
      const { list, all } = this.around();
      const box = this.list.lastElementChild;
      put(
        box,
        h("p.note", {}, all > list.length ? `${list.length} of the ${all} messages of this moment, those that say most.` : `${all} messages.`),
        h("ul", {}, list.map((m) => h("li", {}, h("button", {
          type: "button",
          onfocus: () => this.pointAt(m),
          onblur: () => this.point(null),
          onmouseenter: () => this.pointAt(m)
        }, this.run.explain(m)))))
      );
    }
  };
  function importance(m) {
    if (m.lost || m.held) return 0;
    if (m.kind === HEARTBEAT) return 4;
    if (m.kind === COMMIT) return 3;
    if (m.answer) return 2;
    return m.kind === APPEND ? 1 : 0;
  }
  function messageColour(m) {
    switch (m.kind) {
      case HEARTBEAT:
      case COMMIT:
        return "--muted";
      case APPEND:
        return "--entries";
      case 7:
        return "--call";
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
    return h(
      "details.legend",
      {},
      h("summary", {}, "How to read it"),
      h(
        "p",
        {},
        "The axis has two clocks, which take turns. In the tinted columns the machines work: Raft time passes, milliseconds, and the scenario stands still. ",
        "In between the scenario goes on, hours and days, and the machines rest. Neither is drawn to scale: each stretch is as wide as the root of its length."
      ),
      h(
        "ul",
        {},
        lane("leader", "leads"),
        lane("candidate", "stands for election"),
        lane("follower", "follows"),
        lane("down", "down"),
        lane("hatched", "no way to a majority"),
        lane("entries", "message with entries"),
        lane("votes", "votes"),
        lane("call", "call: a move passed on"),
        lane("quiet", "heartbeat, commit notice"),
        lane("lost", "lost")
      ),
      h("ul", {}, ["text", "consent", "object", "abstain", "pledge", "refused", "adopted", "failed", "fault", "mended", "election", "waiting", "other"].map(mark))
    );
  }

  // sim/report/page/web/network.js
  var SIZE = 420;
  var CENTRE = SIZE / 2;
  var Network = class {
    constructor(run) {
      this.run = run;
      const n = run.capitals.length;
      this.radius = n > 12 ? 150 : 138;
      this.node = n > 24 ? 7 : n > 12 ? 11 : 16;
      this.places = run.capitals.map((_, i) => {
        const a = 2 * Math.PI * i / n - Math.PI / 2;
        return { x: CENTRE + this.radius * Math.cos(a), y: CENTRE + this.radius * Math.sin(a), a };
      });
      this.lines = s("g");
      this.nodes = run.capitals.map((c, i) => this.makeNode(c, i));
      this.svg = s("svg", { viewBox: `-30 0 ${SIZE + 60} ${SIZE}`, "aria-hidden": "true", focusable: "false" }, this.lines, this.nodes.map((x) => x.g));
      this.words = h("p.state");
      this.el = h(
        "section.card.network",
        { "aria-labelledby": `network-${run.place}` },
        h("header", {}, h("h3", { id: `network-${run.place}` }, "The network")),
        this.svg,
        this.words,
        key()
      );
    }
    makeNode(c, i) {
      const { x, y, a } = this.places[i];
      const r = this.node;
      const out = r + 9;
      const side = Math.cos(a);
      const label = s("text", {
        x: x + out * Math.cos(a),
        y: y + out * Math.sin(a) + (Math.abs(side) < 0.3 ? Math.sign(Math.sin(a)) * 5 : 0) + 4,
        "text-anchor": Math.abs(side) < 0.3 ? "middle" : side > 0 ? "start" : "end"
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
    show({ t: t12 }) {
      const { run } = this;
      const reach = run.reach.at(t12);
      const leader = run.leader(t12);
      const roles = run.role.map((track) => track.at(t12));
      const lines2 = run.linesAt(t12);
      const state = JSON.stringify([reach?.t, leader, roles, lines2]);
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
      put(this.lines, this.sound(lines2, roles, leader), this.unsound(lines2));
      setText(this.words, this.sentence(leader, roles, reach, lines2));
    }
    /** sound draws the lines that work: all of a small conference, else the leader's. */
    sound(lines2, roles, leader) {
      const n = this.run.capitals.length;
      const bad = new Set(lines2.filter((l) => l.cut || l.held || l.drop >= 1).flatMap((l) => [l.from * 1e3 + l.to, l.to * 1e3 + l.from]));
      const all = [];
      for (let a = 0; a < n; a++) {
        for (let b = a + 1; b < n; b++) {
          if (roles[a][0] === DOWN || roles[b][0] === DOWN || bad.has(a * 1e3 + b)) continue;
          const leads = a === leader || b === leader;
          if (n > 9 && !leads) continue;
          const [p, q2] = [this.places[a], this.places[b]];
          all.push(s(leads ? "line.link.leads" : "line.link", { x1: p.x, y1: p.y, x2: q2.x, y2: q2.y }));
        }
      }
      return all;
    }
    unsound(lines2) {
      const by = new Map(lines2.map((l) => [l.from * 1e3 + l.to, l]));
      const drawn = [];
      const many = lines2.length > 40;
      for (const l of lines2) {
        const back = by.get(l.to * 1e3 + l.from);
        const both = back && same(l, back);
        if (both && l.from > l.to) continue;
        drawn.push(this.drawLine(l, both, many));
      }
      return drawn;
    }
    drawLine(l, both, quiet) {
      let [p, q2] = [this.places[l.from], this.places[l.to]];
      const kind = l.cut ? "cut" : l.held ? "held" : l.drop ? "drop" : "slow";
      if (!both) {
        const length = Math.hypot(q2.x - p.x, q2.y - p.y) || 1;
        const [ox, oy] = [-(q2.y - p.y) / length * 6, (q2.x - p.x) / length * 6];
        [p, q2] = [{ x: p.x + ox, y: p.y + oy }, { x: q2.x + ox, y: q2.y + oy }];
      }
      const [mx, my] = both ? [(p.x + q2.x) / 2, (p.y + q2.y) / 2] : [p.x + (q2.x - p.x) * 0.6, p.y + (q2.y - p.y) * 0.6];
      const parts = [s(`line.bad.${kind}`, { x1: p.x, y1: p.y, x2: q2.x, y2: q2.y })];
      if (!both) parts.push(s(`path.arrow.${kind}`, { d: arrow(p, q2, l.cut ? 0.48 : 0.85) }));
      if (kind === "cut" && !quiet) {
        parts.push(s("circle.spot", { cx: mx, cy: my, r: 8 }), s("path.cutmark", { d: `M${mx - 4} ${my - 4}l8 8m0 -8l-8 8` }));
      } else if (kind !== "cut" && !quiet) {
        const words = kind === "held" ? "held" : kind === "drop" ? `${Math.round(l.drop * 100)} %` : `+${l.slow} ms`;
        parts.push(s("text.what", { x: mx, y: my - 5, "text-anchor": "middle" }, words));
      }
      return s("g", {}, parts);
    }
    sentence(leader, roles, reach, lines2) {
      const { run } = this;
      const parts = [];
      if (leader >= 0) {
        const cut2 = reach && !reach.majority.includes(leader) ? ", though cut off from a majority" : "";
        parts.push(`${run.name(leader)} leads (Raft term ${roles[leader][1]})${cut2}.`);
      } else parts.push("Nobody leads.");
      const down = roles.flatMap(([role], c) => role === DOWN ? [run.name(c)] : []);
      if (down.length) parts.push(`${and(down)} ${down.length === 1 ? "is" : "are"} down.`);
      if (reach) {
        const voters = run.capitals.filter((c) => c.votes).length;
        const apart = run.capitals.flatMap((c, i) => !reach.record.includes(i) && roles[i][0] !== DOWN ? [c.name] : []);
        const relayed = run.capitals.flatMap((c, i) => c.votes && reach.record.includes(i) && !reach.majority.includes(i) ? [c.name] : []);
        if (!reach.majority.length) parts.push(`No majority of the ${voters} voters is connected: nothing can be recorded.`);
        else if (!apart.length && !relayed.length) parts.push("Everybody who is up reaches a majority.");
        if (reach.majority.length && apart.length) parts.push(`${and(apart)} ${apart.length === 1 ? "has" : "have"} no way to a majority.`);
        if (relayed.length) parts.push(`${and(relayed)} ${relayed.length === 1 ? "reaches" : "reach"} one only over another capital.`);
      }
      const cut = new Set(lines2.filter((l) => l.cut).map((l) => l.from * 1e3 + l.to));
      const pairs = lines2.filter((l) => l.cut && (l.from < l.to || !cut.has(l.to * 1e3 + l.from)));
      if (pairs.length > 4) parts.push(`${pairs.length} lines are cut.`);
      else for (const l of pairs) {
        const both = cut.has(l.to * 1e3 + l.from);
        parts.push(both ? `The line between ${run.name(l.from)} and ${run.name(l.to)} is cut.` : `Nothing gets from ${run.name(l.from)} to ${run.name(l.to)}.`);
      }
      return parts.join(" ");
    }
  };
  function same(a, b) {
    return !!a.cut === !!b.cut && !!a.held === !!b.held && (a.drop ?? 0) === (b.drop ?? 0) && (a.slow ?? 0) === (b.slow ?? 0);
  }
  function arrow(p, q2, at2) {
    const [x, y] = [p.x + (q2.x - p.x) * at2, p.y + (q2.y - p.y) * at2];
    const a = Math.atan2(q2.y - p.y, q2.x - p.x);
    const wing = (d) => `${x - 9 * Math.cos(a + d)} ${y - 9 * Math.sin(a + d)}`;
    return `M${x} ${y}L${wing(0.45)}L${wing(-0.45)}Z`;
  }
  function starPath(x, y, r) {
    let d = "";
    for (let i = 0; i < 10; i++) {
      const a = Math.PI * i / 5 - Math.PI / 2;
      const k = i % 2 ? r * 0.45 : r;
      d += `${i ? "L" : "M"}${(x + k * Math.cos(a)).toFixed(2)} ${(y + k * Math.sin(a)).toFixed(2)}`;
    }
    return `${d}Z`;
  }
  function key() {
    const one = (name, words) => h("li", {}, h(`i.dot.${name}`, { "aria-hidden": "true" }), words);
    return h("ul.keys", { "aria-hidden": "true" }, one("leads", "leads"), one("reaches", "reaches a majority"), one("relayed", "only over another"), one("apart", "no way to one"), one("gone", "down"));
  }

  // sim/report/page/web/record.js
  var Record = class {
    constructor(run, { seek, first }) {
      Object.assign(this, { run, seek, first, rows: [] });
      this.stored = run.capitals.map(() => 0);
      this.applied = run.capitals.map(() => 0);
      this.body = h("tbody");
      this.box = h("div.scroll.tall", { tabindex: 0, role: "group", "aria-label": "The record" }, h(
        "table.record",
        {},
        h("thead", {}, h(
          "tr",
          {},
          ["#", "Index", "Raft term", "When", "Who", "What"].map((x) => h("th", { scope: "col" }, x)),
          h("th", { scope: "col", title: `In this order: ${run.capitals.map((c) => c.name).join(", ")}` }, "Stored · applied")
        )),
        this.body
      ));
      this.count = h("span.sub");
      this.el = h(
        "section.card.record-card",
        { "aria-labelledby": `record-${run.place}` },
        h("header", {}, h("h3", { id: `record-${run.place}` }, "The record"), this.count),
        h(
          "p.note",
          {},
          "A majority of the machines stores every move in this order. That is nobody's consent to it. Each square is a capital: ",
          h("span.dots", {}, h("i.a")),
          " applied, ",
          h("span.dots", {}, h("i.s")),
          " stored, ",
          h("span.dots", {}, h("i")),
          " neither."
        ),
        this.box
      );
      this.append();
      new IntersectionObserver(([e]) => {
        this.seen = e.isIntersecting;
        if (this.seen) this.keepInView(this.rows[(this.k ?? 0) - 1]?.row);
      }).observe(this.el);
    }
    /** append makes the rows of moves that are new. */
    append() {
      for (let i = this.rows.length; i < this.run.record.length; i++) {
        const e = this.run.record[i];
        const dots = h("span.dots", { "aria-hidden": "true" }, this.run.capitals.map((c) => h("i", { title: c.name })));
        const words = h("span.sr");
        const go2 = h("button.link", { type: "button", onclick: () => this.seek({ move: i }) }, String(i + 1));
        const row = h(
          "tr.ahead",
          {},
          h("td", {}, go2),
          h("td.num", {}, String(e.index)),
          h("td.num", {}, String(e.term)),
          h("td.when", {}, when(e.at, this.run.start)),
          h("td", {}, e.who < 0 ? "" : this.run.name(e.who)),
          h(e.refused ? "td.what.refused" : "td.what", {}, e.text, i + 1 === this.first ? h("strong.differs", {}, "the first difference") : null),
          h("td", {}, dots, words)
        );
        if (i + 1 === this.first) row.classList.add("first");
        this.rows.push({ row, dots, words });
        this.body.append(row);
      }
    }
    show({ t: t12 }) {
      const { run } = this;
      const k = run.moves(t12);
      const touched = /* @__PURE__ */ new Set();
      run.capitals.forEach((_, c) => {
        for (const [have, track, name] of [[this.stored, run.stored[c], "s"], [this.applied, run.applied[c], "a"]]) {
          const n = Math.min(track.at(t12), this.rows.length);
          const [low, high] = [Math.min(n, have[c]), Math.max(n, have[c])];
          for (let i = low; i < high; i++) {
            this.rows[i].dots.children[c].classList.toggle(name, i < n);
            touched.add(i);
          }
          have[c] = n;
        }
      });
      for (const i of touched) this.say(i);
      if (k === this.k) return;
      const before = this.k ?? 0;
      for (let i = Math.min(before, k); i < Math.max(before, k); i++) this.rows[i]?.row.classList.toggle("ahead", i >= k);
      this.rows[before - 1]?.row.classList.remove("now");
      this.rows[k - 1]?.row.classList.add("now");
      this.k = k;
      setText(this.count, `${k} of ${this.rows.length} moves`);
      if (this.seen) this.keepInView(this.rows[k - 1]?.row);
    }
    say(i) {
      const { run } = this;
      const apart = (have) => run.capitals.flatMap((c, j) => have[j] > i ? [] : [c.name]);
      const words = (missing) => missing.length ? missing.length === run.capitals.length ? "nobody" : `all but ${and(missing)}` : "all";
      setText(this.rows[i].words, `stored by ${words(apart(this.stored))}, applied by ${words(apart(this.applied))}`);
    }
    keepInView(row) {
      if (!row) {
        this.box.scrollTop = 0;
        return;
      }
      const top = row.offsetTop - 40;
      const bottom = row.offsetTop + row.offsetHeight - this.box.clientHeight + 8;
      if (this.box.scrollTop > top) this.box.scrollTop = top;
      else if (this.box.scrollTop < bottom) this.box.scrollTop = bottom;
    }
  };

  // sim/report/page/web/player.js
  var SPEEDS = [0.5, 1, 2, 4];
  var PER_STEP = 1400;
  var Player = class {
    constructor(runs, show) {
      Object.assign(this, { runs, show, place: 0, speed: 1, playing: false });
      this.slider = h("input.slider", { type: "range", min: 0, max: 1, step: 1, "aria-label": "Step", oninput: () => this.go(Number(this.slider.value)) });
      this.marks = h("canvas.slider-marks", { "aria-hidden": "true" });
      this.play = h("button.play", { type: "button", "aria-label": "Play", title: "Play or pause (space)", onclick: () => this.toggle() }, icon("play"));
      this.clock = h("div.clock");
      this.what = h("div.what-now", { "aria-live": "polite" });
      this.rate = h("button.speed", { type: "button", title: "Speed", onclick: () => this.faster() }, "1×");
      this.el = h(
        "footer.player",
        { role: "region", "aria-label": "Player" },
        h(
          "div.bar",
          {},
          h(
            "div.buttons",
            {},
            button("first", "First step (Home)", () => this.go(0)),
            button("back", "Step back (←)", () => this.step(-1)),
            this.play,
            button("next", "Step on (→)", () => this.step(1)),
            button("last", "Last step (End)", () => this.go(this.last)),
            this.rate
          ),
          this.clock,
          this.what
        ),
        h("div.track", {}, this.marks, this.slider)
      );
      this.order();
      new ResizeObserver(() => this.drawMarks()).observe(this.marks);
    }
    /** order lines up the steps of all runs by scenario time. */
    order() {
      const all = this.runs.flatMap((run, r) => run.steps.map((step, i) => ({ r, i, s: step.at, t: step.t })));
      if (this.runs.length > 1) all.sort((a, b) => a.s - b.s || a.i - b.i || a.r - b.r);
      const at2 = this.runs.map(() => -1);
      this.places = [{ at: [...at2], r: 0 }];
      for (const one of all) {
        at2[one.r] = one.i;
        this.places.push({ at: [...at2], r: one.r });
      }
      this.places.push({ at: [...at2], r: this.places.at(-1).r, end: true });
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
      const { at: at2, end } = this.places[place];
      const run = this.runs[r];
      if (end) return { x: 1, t: run.raftEnd, s: Math.max(run.end, run.steps.at(-1)?.at ?? 0), rests: true, step: at2[r] };
      return momentOf(run, at2[r]);
    }
    step(by) {
      this.pause();
      this.go(this.place + by);
    }
    /** seek goes to a step, a move or a position of the axis of one run. */
    seek(r, to2) {
      this.pause();
      const run = this.runs[r];
      if (to2.move !== void 0) {
        const step = run.stepOfMove(to2.move);
        const entry = run.record[to2.move];
        return this.seek(r, step >= 0 ? { step } : { x: run.axis.x(entry.t), t: entry.t });
      }
      if (to2.step !== void 0) return this.go(this.places.findIndex((p) => p.at[r] === to2.step));
      const here = { ...run.axis.at(to2.x), x: to2.x };
      if (to2.t !== void 0) Object.assign(here, { t: to2.t, rests: false });
      here.step = run.stepTimes.length ? lastUpTo(run.stepTimes, here.t) : -1;
      this.place = Math.max(this.places.findIndex((p) => p.at[r] === here.step), 0);
      this.moments = this.runs.map((_, i) => i === r ? here : this.momentAt(this.place, i));
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
      this.began = void 0;
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
      if (this.began === void 0) {
        this.began = now;
        this.from = this.moments;
      }
      const part2 = (now - this.began) / PER_STEP * this.speed;
      if (part2 >= 1) {
        this.go(this.place + 1, true);
        this.began = void 0;
        if (this.place >= this.last) return this.pause();
      } else if (part2 > 0.35) {
        const f = ((part2 - 0.35) / 0.65) ** 2 * (3 - 2 * (part2 - 0.35) / 0.65);
        this.show(this.runs.map((run, r) => {
          const to2 = this.momentAt(this.place + 1, r);
          const x = this.from[r].x + (to2.x - this.from[r].x) * f;
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
      const place = ends ? run.live ? "now" : "the end" : `step ${this.place}/${this.last - 1}`;
      const day = `Day ${dayNumber(moment.s, run.start)}`;
      this.slider.setAttribute("aria-valuetext", `${ends ? "The end" : `Step ${this.place} of ${this.last - 1}`}. ${day}, ${clock(moment.s)}. ${text}`);
      put(
        this.clock,
        h("b", {}, `${day} · ${clock(moment.s)}`),
        h("span", {}, longDate(moment.s)),
        h("span.raft", { title: "Raft time since the run began" }, run.live || run.still ? "" : `Raft ${raft(moment.t)}`),
        h("span", {}, place)
      );
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
        const { r, at: at2 } = this.places[i];
        const step = this.runs[r].steps[at2[r]];
        g.fillStyle = style.getPropertyValue(colourOf(kindOf(step))).trim();
        const x = 8 + (width - 16) * i / Math.max(this.last, 1);
        const high = step.decided ? 10 : step.machine ? 4 : 6;
        g.fillRect(x - 1, 10 - high, step.decided ? 3 : 2, high);
      }
    }
  };
  function momentOf(run, i) {
    if (i < 0) {
      return { x: 0, t: run.steps.length ? Math.min(run.steps[0].t - 1e-6, 0) : 0, s: run.start, rests: false, step: -1 };
    }
    const step = run.steps[i];
    const x = run.axis.xOf(step.t, step.at);
    return { x, t: step.t, s: step.at, rests: false, step: i };
  }
  function lastUpTo(times, t12) {
    let i = -1;
    while (i + 1 < times.length && times[i + 1] <= t12 + 1e-6) i++;
    return i;
  }
  var PATHS = {
    play: "M7 4l13 8-13 8z",
    pause: "M6 4h4v16H6zM14 4h4v16h-4z",
    first: "M5 4h3v16H5zM20 4v16L9 12z",
    last: "M16 4h3v16h-3zM4 4v16l11-8z",
    back: "M17 4v16L6 12z",
    next: "M7 4v16l11-8z"
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

  // sim/report/page/web/live.js
  function follow(address, run, view, player, redraw) {
    const state = h("p.live-state", { role: "status" }, "live");
    const source = new EventSource(address);
    source.addEventListener("open", () => setText(state, "live"));
    source.addEventListener("more", (e) => {
      const atEnd = player.place >= player.last && !player.playing;
      const place = player.place;
      run.append(JSON.parse(e.data));
      view.record.append();
      player.order();
      redraw();
      player.go(atEnd ? player.last : place);
    });
    source.addEventListener("reload", () => location.reload());
    source.addEventListener("error", () => {
      const over = source.readyState === EventSource.CLOSED;
      setText(state, over ? "The conference has ended here, or this address is not valid any more." : "The connection is lost; trying again.");
    });
    window.addEventListener("pagehide", () => source.close());
    return state;
  }

  // sim/report/page/web/main.js
  function column(run, seek, speak, difference2) {
    const view = {
      lanes: new Lanes(run, { seek, explain: speak }),
      network: new Network(run),
      text: new Text(run),
      record: new Record(run, { seek, first: difference2?.move ?? 0 }),
      story: new Story(run, seek)
    };
    const grid = h("div.now-grid", {}, h("div.left", {}, view.story.el, view.text.el), h("div.right", {}, view.network.el));
    steady(grid);
    view.parts = [view.story, view.text, view.network, view.lanes, view.record];
    view.el = h(
      "section.run",
      { "aria-label": run.label || run.title },
      run.label ? h("h2.run-title", {}, h("em.run-label", {}, run.label), run.title) : null,
      headline(run),
      grid,
      view.lanes.el,
      view.record.el
    );
    return view;
  }
  function steady(el) {
    let width = 0;
    new ResizeObserver(() => {
      if (el.clientWidth !== width) {
        width = el.clientWidth;
        el.style.minHeight = "";
      } else {
        el.style.minHeight = `${el.offsetHeight}px`;
      }
    }).observe(el);
  }
  var Story = class {
    constructor(run, seek) {
      Object.assign(this, { run, seek });
      this.body = h("div");
      this.el = h("section.card.story", { "aria-label": "What happens" }, this.body);
    }
    stale() {
      this.shown = void 0;
    }
    show({ step: i }) {
      if (i === this.shown) return;
      this.shown = i;
      const { run } = this;
      const step = run.steps[i];
      const near = (j, words) => {
        const other = run.steps[j];
        return other ? h("button.near", { type: "button", onclick: () => this.seek({ step: j }) }, h("span.label", {}, words), other.text) : h("span.near.none");
      };
      put(
        this.body,
        step ? h(
          step.machine ? "div.step.machine" : "div.step",
          {},
          h("p.step-when", {}, when(step.at, run.start), h("span", {}, longDate(step.at)), h(step.machine ? "span.tag.machine" : "span.tag", {}, step.machine ? "machines" : "politics")),
          h(`p.step-text.${step.tone || "plain"}`, {}, step.text),
          step.then?.length ? h("ul.then", {}, step.then.map((l) => h(`li.${l.tone || "plain"}${l.of ? ".of" : ""}`, {}, l.text))) : null
        ) : h(
          "div.step",
          {},
          h("p.step-when", {}, when(run.start, run.start), h("span", {}, longDate(run.start))),
          h("p.step-text", {}, "The conference begins."),
          run.about.map((text) => h("p", {}, text))
        ),
        h("div.nears", {}, near(i - 1, "before: "), near(i + 1, "next: "))
      );
    }
  };
  function header(film) {
    const first = film.runs[0];
    const same2 = film.runs.every((r) => r.title === first.title);
    const theme2 = h("button.theme", { type: "button", title: "Light or dark" }, "◐", h("span.sr", {}, "Light or dark"));
    const about = first.about.length ? h("details.about", {}, h("summary", {}, "What it is about"), first.about.map((text) => h("p", {}, text))) : null;
    return {
      theme: theme2,
      el: h("header.top", {}, h(
        "div",
        {},
        h("h1", {}, same2 ? first.title : film.runs.map((r) => r.title).join(" | ")),
        h("p.sub", {}, film.runs.map((r) => `${r.id} · ${film.live ? "live" : `seed ${r.seed} · ${r.on} time`}`).join("   |   "))
      ), theme2, about)
    };
  }
  function start(film) {
    const root = document.getElementById("page");
    const runs = film.runs.map((one, i) => {
      const run = new Run({ ...one, place: i }, Boolean(film.live));
      run.place = i;
      return run;
    });
    const spoken = h("div.sr", { role: "status", "aria-live": "polite" });
    const speak = (text) => put(spoken, text);
    let player = null;
    const columns = runs.map((run, r) => column(run, (to2) => player.seek(r, to2), speak, film.difference));
    player = new Player(runs, (moments) => columns.forEach((view, r) => view.parts.forEach((part2) => part2.show(moments[r]))));
    const top = header(film);
    put(
      root,
      h("a.skip", { href: "#player" }, "To the player"),
      top.el,
      film.difference ? difference(film.difference, player) : null,
      h(runs.length > 1 ? "main.two" : "main", {}, columns.map((c) => c.el)),
      keys(),
      spoken,
      player.el
    );
    player.el.id = "player";
    theme(top.theme, columns, player);
    listen(player);
    player.go(openAt(player, runs[0], location.hash.slice(1) || film.at || ""));
    window.addEventListener("hashchange", () => player.go(openAt(player, runs[0], location.hash.slice(1))));
    if (film.live) {
      top.el.firstElementChild.append(follow(film.live, runs[0], columns[0], player, () => {
        columns[0].lanes.redraw();
        columns[0].parts.forEach((part2) => part2.stale?.());
      }));
    }
    document.documentElement.dataset.ready = "yes";
    performance.mark("ready");
    return { runs, columns, player };
  }
  function difference(d, player) {
    const go2 = d.move > 0 && !d.same ? h("button", { type: "button", onclick: () => player.goToMove(d.move - 1) }, "Go there") : null;
    return h(d.same ? "aside.difference.same" : "aside.difference", { role: "note", "aria-label": "The first difference" }, h("p", {}, d.text), go2);
  }
  function openAt(player, run, fragment) {
    const q2 = new URLSearchParams(fragment);
    const at2 = q2.get("at") ?? "";
    const move = Number(q2.get("move"));
    let step = -1;
    if (move > 0 && run.record[move - 1]) {
      step = run.stepOfMove(move - 1);
    } else if (/^\d+$/.test(at2)) {
      step = run.steps.findIndex((s2) => s2.item === Number(at2));
    } else if (at2 && !Number.isNaN(Date.parse(at2))) {
      for (let i = 0; i < run.steps.length && run.steps[i].at <= Date.parse(at2) / 1e3; i++) step = i;
      if (step < 0) return 0;
    }
    if (step < 0) return player.last;
    return player.places.findIndex((p) => p.at[0] === step);
  }
  function listen(player) {
    document.addEventListener("keydown", (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const tag = e.target.tagName;
      if (tag === "INPUT" && e.target !== player.slider) return;
      const scrolls = e.target.classList.contains("scroll");
      switch (e.key) {
        case "ArrowLeft":
          if (scrolls) return;
          player.step(-1);
          break;
        case "ArrowRight":
          if (scrolls) return;
          player.step(1);
          break;
        case "Home":
          if (scrolls) return;
          player.pause();
          player.go(0);
          break;
        case "End":
          if (scrolls) return;
          player.pause();
          player.go(player.last);
          break;
        case " ":
          if (tag === "BUTTON" || tag === "SUMMARY") return;
          player.toggle();
          break;
        default:
          return;
      }
      e.preventDefault();
    });
  }
  function theme(button2, columns, player) {
    const root = document.documentElement;
    const wanted = () => root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    const redraw = () => {
      columns.forEach((c) => c.lanes.redraw());
      player.drawMarks();
      drawLegends();
    };
    button2.addEventListener("click", () => {
      root.dataset.theme = wanted() === "dark" ? "light" : "dark";
      redraw();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    redraw();
  }
  function drawLegends() {
    for (const canvas of document.querySelectorAll("canvas.mark")) {
      const style = getComputedStyle(canvas);
      const g = canvas.getContext("2d");
      g.setTransform(2, 0, 0, 2, 0, 0);
      g.clearRect(0, 0, 18, 18);
      drawMark(g, canvas.dataset.mark, 9, 9, 6, (name) => style.getPropertyValue(name).trim());
    }
  }
  function keys() {
    const one = (k, words) => h("li", {}, h("kbd", {}, k), ` ${words}`);
    return h("p.keyboard", { id: "keys" }, h(
      "ul",
      {},
      one("← →", "step"),
      one("space", "play or pause"),
      one("Home End", "first, last"),
      one("+ −", "zoom, in the lanes"),
      one("Z", "this moment"),
      one("0", "whole run"),
      one("M", "next message")
    ));
  }
  var parley = start(JSON.parse(document.getElementById("film").textContent));
})();
