// The page: it reads the film that stands in it, lays out a column a run, and links all parts to one moment.

import { h, put } from "./dom.js";
import { Run } from "./model.js";
import { headline } from "./headline.js";
import { Lanes } from "./lanes.js";
import { Network } from "./network.js";
import { Text } from "./text.js";
import { Record } from "./record.js";
import { Player } from "./player.js";
import { drawMark } from "./marks.js";
import { longDate, when } from "./time.js";
import { follow } from "./live.js";

/** column makes the parts of one run. */
function column(run, seek, speak, difference) {
  const view = {
    lanes: new Lanes(run, { seek, explain: speak }), network: new Network(run), text: new Text(run),
    record: new Record(run, { seek, first: difference?.move ?? 0 }), story: new Story(run, seek),
  };
  const grid = h("div.now-grid", {}, h("div.left", {}, view.story.el, view.text.el), h("div.right", {}, view.network.el));
  steady(grid);
  view.parts = [view.story, view.text, view.network, view.lanes, view.record];
  view.el = h("section.run", { "aria-label": run.label || run.title },
    run.label ? h("h2.run-title", {}, h("em.run-label", {}, run.label), run.title) : null,
    headline(run), grid, view.lanes.el, view.record.el);
  return view;
}

/** steady lets an element grow but not shrink, so that what is below it stays where it is while the moment moves. */
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

/** Story tells what happens at the moment, with what came before and comes next. */
class Story {
  constructor(run, seek) {
    Object.assign(this, { run, seek });
    this.body = h("div");
    this.el = h("section.card.story", { "aria-label": "What happens" }, this.body);
  }

  stale() {
    this.shown = undefined;
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
    put(this.body, step ? h(step.machine ? "div.step.machine" : "div.step", {},
      h("p.step-when", {}, when(step.at, run.start), h("span", {}, longDate(step.at)), h(step.machine ? "span.tag.machine" : "span.tag", {}, step.machine ? "machines" : "politics")),
      h(`p.step-text.${step.tone || "plain"}`, {}, step.text),
      step.then?.length ? h("ul.then", {}, step.then.map((l) => h(`li.${l.tone || "plain"}${l.of ? ".of" : ""}`, {}, l.text))) : null)
      : h("div.step", {}, h("p.step-when", {}, when(run.start, run.start), h("span", {}, longDate(run.start))), h("p.step-text", {}, "The conference begins."),
        run.about.map((text) => h("p", {}, text))),
    h("div.nears", {}, near(i - 1, "before: "), near(i + 1, "next: ")));
  }
}

function header(film) {
  const first = film.runs[0];
  const same = film.runs.every((r) => r.title === first.title);
  const theme = h("button.theme", { type: "button", title: "Light or dark" }, "◐", h("span.sr", {}, "Light or dark"));
  const about = first.about.length ? h("details.about", {}, h("summary", {}, "What it is about"), first.about.map((text) => h("p", {}, text))) : null;
  return {
    theme,
    el: h("header.top", {}, h("div", {}, h("h1", {}, same ? first.title : film.runs.map((r) => r.title).join(" | ")),
      h("p.sub", {}, film.runs.map((r) => `${r.id} · ${film.live ? "live" : `seed ${r.seed} · ${r.on} time`}`).join("   |   "))), theme, about),
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
  const columns = runs.map((run, r) => column(run, (to) => player.seek(r, to), speak, film.difference));
  player = new Player(runs, (moments) => columns.forEach((view, r) => view.parts.forEach((part) => part.show(moments[r]))));
  const top = header(film);
  put(root, h("a.skip", { href: "#player" }, "To the player"), top.el, film.difference ? difference(film.difference, player) : null,
    h(runs.length > 1 ? "main.two" : "main", {}, columns.map((c) => c.el)), keys(), spoken, player.el);
  player.el.id = "player";
  theme(top.theme, columns, player);
  listen(player);
  player.go(openAt(player, runs[0], location.hash.slice(1) || film.at || ""));
  window.addEventListener("hashchange", () => player.go(openAt(player, runs[0], location.hash.slice(1))));
  if (film.live) {
    top.el.firstElementChild.append(follow(film.live, runs[0], columns[0], player, () => {
      columns[0].lanes.redraw();
      columns[0].parts.forEach((part) => part.stale?.());
    }));
  }
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
  return { runs, columns, player };
}

function difference(d, player) {
  const go = d.move > 0 && !d.same ? h("button", { type: "button", onclick: () => player.goToMove(d.move - 1) }, "Go there") : null;
  return h(d.same ? "aside.difference.same" : "aside.difference", { role: "note", "aria-label": "The first difference" }, h("p", {}, d.text), go);
}

/** openAt finds the place that at=ITEM, at=INSTANT or move=N names; the end if it names none. */
function openAt(player, run, fragment) {
  const q = new URLSearchParams(fragment);
  const at = q.get("at") ?? "";
  const move = Number(q.get("move"));
  let step = -1;
  if (move > 0 && run.record[move - 1]) {
    step = run.stepOfMove(move - 1);
  } else if (/^\d+$/.test(at)) {
    step = run.steps.findIndex((s) => s.item === Number(at));
  } else if (at && !Number.isNaN(Date.parse(at))) {
    for (let i = 0; i < run.steps.length && run.steps[i].at <= Date.parse(at) / 1000; i++) step = i;
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
      case "ArrowLeft": if (scrolls) return; player.step(-1); break;
      case "ArrowRight": if (scrolls) return; player.step(1); break;
      case "Home": if (scrolls) return; player.pause(); player.go(0); break;
      case "End": if (scrolls) return; player.pause(); player.go(player.last); break;
      case " ": if (tag === "BUTTON" || tag === "SUMMARY") return; player.toggle(); break;
      default: return;
    }
    e.preventDefault();
  });
}

function theme(button, columns, player) {
  const root = document.documentElement;
  const wanted = () => root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const redraw = () => {
    columns.forEach((c) => c.lanes.redraw());
    player.drawMarks();
    drawLegends();
  };
  button.addEventListener("click", () => {
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
  return h("p.keyboard", { id: "keys" }, h("ul", {}, one("← →", "step"), one("space", "play or pause"), one("Home End", "first, last"),
    one("+ −", "zoom, in the lanes"), one("Z", "this moment"), one("0", "whole run"), one("M", "next message")));
}

const parley = start(JSON.parse(document.getElementById("film").textContent));
export { parley };
