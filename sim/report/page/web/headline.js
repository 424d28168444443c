// What came of a run, in the words of its report. What the parties decided and what the machines did stand apart.

import { h } from "./dom.js";
import { badge } from "./text.js";

export function headline(run) {
  const e = run.ending;
  if (!e) return run.failed ? h("section.card.headline", {}, h("h3", {}, "The run was not finished, for a technical reason"), h("p", {}, run.failed)) : null;
  const held = e.findings.filter((f) => f.held).length;
  const checks = e.checks.filter((c) => c.held).length;
  return h(e.plans.length > 2 ? "div.headline.broad" : "div.headline", {},
    h("section.card.politics", { "aria-labelledby": `agreed-${run.place}` },
      h("h3", { id: `agreed-${run.place}` }, "What was agreed"),
      e.plans.length ? null : h("p", {}, "There was no plan."),
      h(e.plans.length > 1 ? "div.plans.many" : "div.plans", {}, e.plans.map((p) => h(`article.plan.${p.outcome.replace(" ", "-")}`, {},
        h("h4", {}, badge(p.outcome), h("span", {}, p.title || p.id)), h("p.lead", {}, p.text), lines(p.because), sides(run, p),
        p.machine.length ? h("div.technical", {}, h("h5", {}, "For a technical reason"), lines(p.machine)) : null))),
      e.pledges.map((line) => h("p", {}, line))),
    h("section.card.technical", { "aria-labelledby": `machines-${run.place}` },
      h("h3", { id: `machines-${run.place}` }, "What the machines did"),
      h("p.note", {}, "Nothing here is a decision of the parties."), lines(e.machines),
      h("details", {}, h("summary", {}, summary(e, held, checks)), h("ul.verdicts", {},
        e.findings.map((f) => h(f.held ? "li.held" : "li.not-held", {}, h("b", {}, f.held ? "held " : "did not hold "), f.text, f.held || !f.found ? null : h("span.sub", {}, `found: ${f.found}`))),
        e.checks.map((c) => h(c.held ? "li.held" : "li.not-held", {}, h("b", {}, c.held ? "held " : "did not hold "), `${c.name} looked at ${c.looked_at}`, c.held ? null : h("span.sub", {}, c.detail)))))));
}

function summary(e, held, checks) {
  const expected = e.findings.length ? `${held} of ${e.findings.length} expectations held` : "Nothing was expected";
  return `${expected}; ${checks} of ${e.checks.length} checks held`;
}

/** sides shows who stands where, those first who stand in the way. */
function sides(run, ended) {
  const plan = run.plansAt(Infinity).find((p) => p.id === ended.id);
  if (!plan) return ended.tally.map((line) => h("p", {}, line));
  const vetoes = new Map(plan.vetoes.map((v) => [v.who, v]));
  const chip = (kind, glyph, words, c) => h(`li.${kind}`, {}, h("i", { "aria-hidden": "true" }, glyph), run.name(c), h("span.sr", {}, ` ${words}`));
  const silent = plan.absent.length;
  return h("ul.sides", { "aria-label": "Who stands where" },
    plan.object.map((c) => {
      const veto = vetoes.get(c);
      return h(veto ? "li.veto" : "li.object", {}, h("i", { "aria-hidden": "true" }, "✕"), run.name(c), h("span", {}, veto ? " vetoes" : " objects"),
        veto?.citing?.length ? h("span", {}, `: ${veto.citing.join(", ")}`) : null);
    }),
    plan.abstain.map((c) => chip("abstain", "–", "abstains", c)), plan.consent.map((c) => chip("consent", "✓", "consents", c)),
    silent > 8 ? h("li.absent", {}, `${silent} silent`) : plan.absent.map((c) => chip("absent", "", "is absent", c)));
}

function lines(list) {
  return h("ul.plain", {}, list.map((line) => h("li", {}, line)));
}
