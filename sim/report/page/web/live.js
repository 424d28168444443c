// A conference that goes on: what happens is appended to the film. Who watches the end goes along with it.

import { h, setText } from "./dom.js";

export function follow(address, run, view, player, redraw) {
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
