// The record: every move, and on which capitals it is stored and applied at the moment. What a capital stores of the record
// is its first so many moves, and likewise what it has applied, so a moment costs only the rows between two counts.

import { and, h, setText } from "./dom.js";
import { when } from "./time.js";

export class Record {
  constructor(run, { seek, first }) {
    Object.assign(this, { run, seek, first, rows: [] });
    this.stored = run.capitals.map(() => 0);
    this.applied = run.capitals.map(() => 0);
    this.body = h("tbody");
    this.box = h("div.scroll.tall", { tabindex: 0, role: "group", "aria-label": "The record" }, h("table.record", {},
      h("thead", {}, h("tr", {}, ["#", "Index", "Raft term", "When", "Who", "What"].map((x) => h("th", { scope: "col" }, x)),
        h("th", { scope: "col", title: `In this order: ${run.capitals.map((c) => c.name).join(", ")}` }, "Stored · applied"))), this.body));
    this.count = h("span.sub");
    this.el = h("section.card.record-card", { "aria-labelledby": `record-${run.place}` },
      h("header", {}, h("h3", { id: `record-${run.place}` }, "The record"), this.count),
      h("p.note", {}, "A majority of the machines stores every move in this order. That is nobody's consent to it. Each square is a capital: ",
        h("span.dots", {}, h("i.a")), " applied, ", h("span.dots", {}, h("i.s")), " stored, ", h("span.dots", {}, h("i")), " neither."), this.box);
    this.append();
    // Where a row is costs a layout of the whole table: it is asked only while somebody can see it.
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
      const go = h("button.link", { type: "button", onclick: () => this.seek({ move: i }) }, String(i + 1));
      const row = h("tr.ahead", {}, h("td", {}, go), h("td.num", {}, String(e.index)), h("td.num", {}, String(e.term)),
        h("td.when", {}, when(e.at, this.run.start)), h("td", {}, e.who < 0 ? "" : this.run.name(e.who)),
        h(e.refused ? "td.what.refused" : "td.what", {}, e.text, i + 1 === this.first ? h("strong.differs", {}, "the first difference") : null),
        h("td", {}, dots, words));
      if (i + 1 === this.first) row.classList.add("first");
      this.rows.push({ row, dots, words });
      this.body.append(row);
    }
  }

  show({ t }) {
    const { run } = this;
    const k = run.moves(t);
    const touched = new Set();
    run.capitals.forEach((_, c) => {
      for (const [have, track, name] of [[this.stored, run.stored[c], "s"], [this.applied, run.applied[c], "a"]]) {
        const n = Math.min(track.at(t), this.rows.length);
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
    const apart = (have) => run.capitals.flatMap((c, j) => (have[j] > i ? [] : [c.name]));
    const words = (missing) => (missing.length ? (missing.length === run.capitals.length ? "nobody" : `all but ${and(missing)}`) : "all");
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
}
