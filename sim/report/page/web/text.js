// How the text stands at the moment: what each capital says of it, the stage's rule with its tally, what is missing, and
// each term's value by version.

import { h, put } from "./dom.js";
import { when } from "./time.js";

const WORDS = { adopted: "adopted", vetoed: "vetoed", rejected: "rejected", lapsed: "lapsed", withdrawn: "withdrawn", open: "open" };
export const GLYPHS = { adopted: "✓", vetoed: "✕", rejected: "✕", lapsed: "◌", withdrawn: "↩", open: "…", "never proposed": "–" };

export class Text {
  constructor(run) {
    this.run = run;
    this.tabs = h("div.tabs", { role: "tablist", "aria-label": "Plans" });
    this.body = h("div.text-body", { role: "tabpanel", id: `text-${run.place}`, tabindex: 0 });
    this.pledges = h("div.pledges");
    this.el = h("section.card.text", { "aria-labelledby": `text-h-${run.place}` },
      h("header", {}, h("h3", { id: `text-h-${run.place}` }, "The text"), this.tabs), this.body, this.pledges);
    this.drawn = new Map(); // what each part shows
    this.chosen = null; // by the reader; null follows what happens
  }

  /** stale has everything drawn anew: there is more than there was. */
  stale() {
    this.drawn = new Map();
  }

  show({ t, step }) {
    const k = this.run.moves(t);
    const plans = this.run.plansAt(k);
    const wanted = this.chosen ?? this.latest(step) ?? plans.at(-1)?.id;
    const plan = plans.find((p) => p.id === wanted) ?? plans.at(-1);
    this.moment = { t, step };
    this.part("tabs", [plan?.id, plans.map((p) => [p.id, p.outcome])], () => this.drawTabs(plans, plan));
    this.part("pledges", this.run.pledges.place(k), () => this.drawPledges(k));
    if (!plan) {
      if (this.parts !== null) put(this.body, h("p.empty", {}, "No plan has been proposed yet."));
      this.parts = null;
      return;
    }
    if (!this.parts) {
      this.parts = ["head", "seats", "rule", "why", "terms"].map(() => h("div"));
      this.drawn = new Map();
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
    const key = JSON.stringify(state);
    if (this.drawn.get(name) === key) return;
    this.drawn.set(name, key);
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
      type: "button", role: "tab", "aria-selected": p === plan ? "true" : "false", "aria-controls": this.body.id,
      onclick: () => {
        this.chosen = this.chosen === p.id ? null : p.id;
        this.show(this.moment);
      },
    }, h(`span.glyph.${p.outcome}`, { "aria-hidden": "true" }, GLYPHS[p.outcome]), p.id)));
  }

  head(plan) {
    const stages = this.run.stages.filter((s) => s.procedure === plan.procedure);
    const at = stages.findIndex((s) => s.name === plan.stage);
    const done = plan.outcome === "adopted";
    return h("div.plan-head", {},
      h("div.plan-title", {}, badge(plan.outcome), h("div", {}, h("strong", {}, plan.title || plan.id),
        h("span.sub", {}, `${plan.id} · version ${plan.version}${plan.proposer >= 0 ? ` · proposed by ${this.run.name(plan.proposer)}` : ""}`))),
      h("ol.stages", { "aria-label": "Stages" }, stages.map((s, i) => {
        const state = i < at || (done && i === at) ? "passed" : i === at ? (plan.outcome === "open" ? "now" : "ended") : "ahead";
        return h(`li.${state}`, { "aria-current": state === "now" ? "step" : null }, s.name,
          h("span.sr", {}, { passed: ", passed", now: ", open", ended: ", where it ended", ahead: ", not reached" }[state]));
      })), this.agreement(plan));
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
    const stage = this.run.stages.find((s) => s.procedure === plan.procedure && s.name === plan.stage);
    const side = new Map();
    for (const [name, list] of Object.entries({ consent: plan.consent, object: plan.object, abstain: plan.abstain, absent: plan.absent })) for (const c of list) side.set(c, name);
    const order = [...side.keys()].sort((a, b) => a - b);
    for (const v of vetoes.keys()) if (!side.has(v)) order.push(v);
    return h(order.length > 12 ? "ul.seats.small" : "ul.seats", { "aria-label": stage ? `Who is asked in stage ${stage.name}` : "Who is asked" },
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
        return h(`li.seat.${kind}`, {}, h("i", { "aria-hidden": "true" }, { consent: "✓", object: "✕", veto: "✕", abstain: "–", absent: "", conditional: "?" }[kind]),
          h("span.who", {}, this.run.name(c)), h("span.says", {}, words), more ? h("span.more", {}, more) : null);
      }));
  }

  rule(plan) {
    const tally = [["consent", plan.consent], ["absent", plan.absent], ["abstain", plan.abstain], ["object", plan.object]];
    const all = tally.reduce((n, [, list]) => n + list.length, 0);
    const bar = h("div.tally", { "aria-hidden": "true" }, tally.map(([name, list]) => {
      if (!list.length) return null;
      const part = h(`span.${name}`, {}, String(list.length));
      part.style.flexGrow = String(list.length);
      return part;
    }));
    const words = tally.filter(([, list]) => list.length).map(([name, list]) => `${list.length} ${name}`).join(", ");
    const verdict = { won: "It is won.", lost: plan.outcome === "open" ? "It cannot be won any more on this text." : "It was not won.", pending: "It can still be won." }[plan.verdict] ?? "";
    return h("div.rule", {}, h("p", {}, h("span.label", {}, `To pass ${plan.stage}: `), plan.rule || "its rule", ". ", h(`strong.${plan.verdict}`, {}, verdict)),
      all ? bar : null, h("p.sr", {}, `Tally: ${words}.`));
  }

  why(plan) {
    if (!plan.because.length) return null;
    const title = plan.outcome === "open" ? "What is missing" : "Why";
    return h("div.why", {}, h("h4", {}, title), h("ul", {}, plan.because.map((r) => h(`li.${r.kind}`, {}, r.text))));
  }

  terms(plan, k) {
    const versions = this.run.versions(plan.id, k);
    const shown = versions.slice(-4);
    const cited = new Map();
    for (const v of plan.vetoes) for (const term of v.citing ?? []) cited.set(term, [...(cited.get(term) ?? []), this.run.name(v.who)]);
    const ids = [...new Set(shown.flatMap((v) => v.terms.map((x) => x.term)))];
    const value = (v, id) => v.terms.find((x) => x.term === id)?.value;
    return h("div.scroll", { tabindex: 0, role: "group", "aria-label": "Terms by version" }, h("table.terms", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Term"), shown.map((v, i) => h("th", { scope: "col" }, `Version ${v.version}`,
        i === 0 && versions.length > shown.length ? h("span.sub", {}, " (earlier ones left out)") : null)))),
      h("tbody", {}, ids.map((id) => {
        const term = this.run.terms.find((x) => x.id === id);
        const reserved = term?.reserved?.length ? `reserved to ${this.run.names(term.reserved).join(", ")}` : "";
        const notes = [term?.title, reserved].filter(Boolean).join(" · ");
        return h("tr", {}, h("th", { scope: "row" }, id, notes ? h("span.sub", {}, notes) : null,
          cited.has(id) ? h("span.cited", {}, `cited by ${cited.get(id).join(", ")}`) : null),
        shown.map((v, i) => {
          const now = value(v, id);
          const changed = i > 0 && now !== value(shown[i - 1], id);
          return h(changed ? "td.changed" : "td", {}, now ?? "–", changed ? h("span.sr", {}, ", changed") : null);
        }));
      }))));
  }

  drawPledges(k) {
    const list = this.run.pledges.at(k) ?? [];
    this.pledges.hidden = !list.length;
    if (!list.length) return;
    const terms = [...new Set(list.map((p) => p.term))];
    put(this.pledges, h("h4", {}, "Pledges"), terms.map((term) => h("p", {}, h("span.label", {}, `${term}: `),
      list.filter((p) => p.term === term).map((p) => h(p.counts ? "span.pledge" : "span.pledge.waits", { title: p.if ? `if ${p.if}` : null },
        p.counts ? "✓ " : "? ", this.run.name(p.who), p.value ? ` ${p.value}` : "", p.counts ? null : h("span.sr", {}, ` (does not count: if ${p.if})`))))));
  }
}

export function badge(outcome) {
  return h(`span.badge.${outcome.replace(" ", "-")}`, {}, h("i", { "aria-hidden": "true" }, GLYPHS[outcome] ?? "…"), WORDS[outcome] ?? outcome);
}
