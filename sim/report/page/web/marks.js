// The marks of what happened, drawn on a canvas: one shape a kind, so that colour is never needed to tell them apart.

/** kindOf sorts a step into what its mark shows. */
export function kindOf(step) {
  if (step.decided) return step.decided === "adopted" ? "adopted" : "failed";
  if (step.refused) return "refused";
  if (step.kind === "election") return "election";
  if (step.machine) return step.kind === "fault" ? (step.verb === "heal" || step.verb === "restart" || step.verb === "release" ? "mended" : "fault") : "waiting";
  switch (step.verb) {
    case "consent": case "lift": case "extend": return "consent";
    case "object": case "veto": case "denounce": case "report": return "object";
    case "propose": case "amend": return "text";
    case "pledge": return "pledge";
    case "abstain": case "unpledge": case "leave": case "withdraw": return "abstain";
  }
  return "other";
}

export const MARK_WORDS = {
  text: "proposes or amends", consent: "consents", object: "objects or vetoes", abstain: "abstains, takes back or leaves", pledge: "pledges",
  adopted: "a plan is adopted", failed: "a plan fails", refused: "a move is refused", fault: "a fault", mended: "a fault ends",
  election: "elected leader", waiting: "a move waits", other: "says, calls and the rest",
};

/** colourOf names the variable of the style that a mark is drawn in. */
export function colourOf(kind) {
  switch (kind) {
    case "consent": case "adopted": case "pledge": return "--consent";
    case "object": case "failed": return "--object";
    case "abstain": case "waiting": return "--unsure";
    case "fault": case "mended": case "election": return "--machine";
    case "refused": return "--muted";
  }
  return "--ink";
}

/** drawMark draws a mark around x, y. */
export function drawMark(g, kind, x, y, r, paint) {
  const colour = paint(colourOf(kind));
  const paper = paint("--card");
  g.save();
  g.translate(x, y);
  g.lineWidth = 1.6;
  g.strokeStyle = colour;
  g.fillStyle = colour;
  const path = (points) => {
    g.beginPath();
    points.forEach(([px, py], i) => (i ? g.lineTo(px * r, py * r) : g.moveTo(px * r, py * r)));
    g.closePath();
  };
  const halo = () => {
    g.save();
    g.strokeStyle = paper;
    g.lineWidth = 4;
    g.stroke();
    g.restore();
  };
  const tick = (points, colour) => {
    g.strokeStyle = colour;
    g.lineWidth = 1.8;
    g.beginPath();
    points.forEach(([px, py], i) => (i ? g.lineTo(px * r, py * r) : g.moveTo(px * r, py * r)));
    g.stroke();
  };
  switch (kind) {
    case "consent": case "adopted":
      g.beginPath();
      g.arc(0, 0, kind === "adopted" ? r * 1.25 : r, 0, 7);
      halo();
      g.fill();
      tick([[-0.5, 0.02], [-0.12, 0.42], [0.52, -0.38]], paper);
      break;
    case "object": case "failed": {
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
    case "abstain": case "waiting":
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
        const a = (Math.PI * i) / 5 - Math.PI / 2;
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
